import { mapPages } from '../pages.ts'
import type { IndexedStream, ListedUpload, RejectedUpload, StreamSummary } from '../ports.ts'
import { sessionNumberOf } from '../session-view.ts'
import { sessionResponse } from './session-response.ts'

/** A stream with the reference's fields, its lists in pages. `id` is a number, as the reference's web UI expects. */
export function streamResponse({ stream, uploads, sessions }: IndexedStream) {
  const id = Number(stream.id)
  return {
    id,
    stream_id: id,
    strict_mode: stream.strict,
    interface: stream.interface,
    expected_track_names: stream.expectedTrackNames,
    track_name: stream.expectedTrackNames?.[0] ?? null,
    creator: stream.creator,
    sessions: mapPages(sessions, sessionResponse),
    error_uploads: mapPages(uploads.rejected(), rejectedUpload),
    valid_uploads: mapPages(uploads.accepted(), acceptedUpload),
  }
}

/** The same and the lists of Matter 1.5, which have other names and one text for all reasons of a file. */
export function matter15StreamResponse(indexed: IndexedStream) {
  return {
    ...streamResponse(indexed),
    valid_files: mapPages(indexed.uploads.accepted(), ({ path }) => path),
    invalid_files: mapPages(indexed.uploads.rejected(), ({ path, findings }) => ({
      file_path: path,
      validation_error_reason: reasonsIn(findings).join('; '),
    })),
  }
}

const acceptedUpload = ({ path, session }: ListedUpload) => ({
  session_id: sessionNumberOf(session),
  file_path: path,
})

const rejectedUpload = ({ path, session, findings }: RejectedUpload) => ({
  session_id: sessionNumberOf(session),
  file_path: path,
  reasons: reasonsIn(findings),
  findings,
})

const reasonsIn = (findings: RejectedUpload['findings']): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)

/** A stream with counts instead of lists. */
export const summaryResponse = ({ stream, uploads, errors, objects, sessions }: StreamSummary) => ({
  id: Number(stream.id),
  stream_id: Number(stream.id),
  strict_mode: stream.strict,
  interface: stream.interface,
  creator: stream.creator,
  uploads,
  error_uploads: errors,
  objects,
  sessions,
})
