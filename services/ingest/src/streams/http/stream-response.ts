import type { StreamSummaryResponse } from '@pushav/shared/api/streams.ts'
import type { Totals } from '../../indexing/totals.ts'
import { severities } from '../../validation/finding.ts'
import { type CodeWithSeverity, codeOf } from '../../validation/report.ts'
import type { Severity } from '../../validation/rules.ts'
import { mapPages } from '../pages.ts'
import type { IndexedStream, ListedUpload, RejectedUpload } from '../ports.ts'
import type { StreamSummaryNow } from '../read-streams.ts'
import { sessionNumberOf } from '../session-view.ts'
import type { Stream } from '../stream.ts'
import { sessionResponse, trackSummaryResponse } from './session-response.ts'

/**
 * A stream with the reference's fields, its lists in pages: those of both generations of the Matter test harness, the
 * older of which has one text for all reasons of a file. `id` is a number, as the reference's web UI expects.
 */
export function streamResponse({ stream, uploads, sessions }: IndexedStream) {
  return {
    ...streamFields(stream),
    sessions: mapPages(sessions, sessionResponse),
    error_uploads: mapPages(uploads.rejected(), rejectedUpload),
    valid_uploads: mapPages(uploads.accepted(), acceptedUpload),
    valid_files: mapPages(uploads.accepted(), ({ path }) => path),
    invalid_files: mapPages(uploads.rejected(), ({ path, findings }) =>
      invalidFile(path, reasonsIn(findings)),
    ),
  }
}

/** What a stream has besides its lists. */
export function streamFields(stream: Stream) {
  const id = Number(stream.id)
  return {
    id,
    stream_id: id,
    strict_mode: stream.strict,
    interface: stream.interface,
    expected_track_names: stream.expectedTrackNames,
    track_name: stream.expectedTrackNames?.[0] ?? null,
    creator: stream.creator,
  }
}

/** A rejected upload in the form of Matter 1.5. */
export const invalidFile = (path: string, reasons: readonly string[]) => ({
  file_path: path,
  validation_error_reason: reasons.join('; '),
})

const acceptedUpload = ({ path, session }: ListedUpload) => ({
  session_id: sessionNumberOf(session),
  session,
  file_path: path,
})

const rejectedUpload = ({ path, session, findings }: RejectedUpload) => ({
  session_id: sessionNumberOf(session),
  session,
  file_path: path,
  reasons: reasonsIn(findings),
  findings,
})

const reasonsIn = (findings: RejectedUpload['findings']): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)

/** A stream with counts instead of lists. */
export function summaryResponse(summary: StreamSummaryNow): StreamSummaryResponse {
  const { stream, totals, objects, sessions, newestSession, isLive, inFlight } = summary
  const tracks = newestSession ? Object.values(newestSession.tracks) : []
  return {
    id: Number(stream.id),
    stream_id: Number(stream.id),
    strict_mode: stream.strict,
    interface: stream.interface,
    expected_track_names: stream.expectedTrackNames && [...stream.expectedTrackNames],
    creator: stream.creator,
    created_at: stream.createdAt,
    uploads: totals.uploads,
    bytes: totals.bytes,
    error_uploads: totals.errors,
    warnings: totals.warnings,
    objects,
    sessions,
    last_upload_at: totals.lastUploadAt,
    live: isLive,
    in_flight: inFlight,
    tracks: tracks.map((track) => ({ session: newestSession?.id ?? '', ...trackSummaryResponse(track) })),
    preview: totals.preview,
    top: worstCodes(totals.codes),
  }
}

const maxTopCodes = 3

/** The worst codes: by severity, then by how often they were found. */
function worstCodes(codes: Totals['codes']): StreamSummaryResponse['top'] {
  return Object.entries(codes)
    .map(([name, count]) => ({ ...splitCode(name as CodeWithSeverity), count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.count - a.count)
    .slice(0, maxTopCodes)
}

const splitCode = (name: CodeWithSeverity) => ({
  code: codeOf(name),
  severity: name.slice(name.indexOf(' ') + 1) as Severity,
})
