import { sessionNumberOf } from '../domain/judge/answer.ts'
import type { IndexedSession, IndexedStream, ListedUpload, StreamSummary } from '../use-cases/ports.ts'

/** A stream as the API shows it; the reference's fields, `id` a number as its web UI expects. */
export function streamAnswer({ stream, uploads, sessions }: IndexedStream) {
  const id = Number(stream.id)
  return {
    id,
    stream_id: id,
    strict_mode: stream.strict,
    interface: stream.interface,
    expected_track_names: stream.expectedTrackNames,
    track_name: stream.expectedTrackNames?.[0] ?? null,
    creator: stream.creator,
    sessions: sessions.map(sessionShown),
    error_uploads: uploads.flatMap(errorUpload),
    valid_uploads: uploads.filter(({ rejected }) => rejected === null).map(validUpload),
  }
}

/** The same with the lists of Matter 1.5, which have other names and one reason for each file. */
export function streamAnswerOf15(indexed: IndexedStream) {
  const answer = streamAnswer(indexed)
  return {
    ...answer,
    valid_files: answer.valid_uploads.map(({ file_path }) => file_path),
    invalid_files: answer.error_uploads.map(({ file_path, reasons }) => ({
      file_path,
      validation_error_reason: reasons.join('; '),
    })),
  }
}

const validUpload = ({ path, session }: ListedUpload) => ({
  session_id: sessionNumberOf(session),
  file_path: path,
})

function errorUpload({ path, session, rejected: findings }: ListedUpload) {
  if (findings === null) return []
  const reasons = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  return [{ session_id: sessionNumberOf(session), file_path: path, reasons, findings }]
}

/** Every object is shown with the name under which its certificate can be asked for. */
function sessionShown({ segments, manifests, ...session }: IndexedSession) {
  const withCertificate = (path: string) => [path, `${path}.crt`]
  return {
    ...session,
    uploaded_segments: segments.map(withCertificate),
    uploaded_manifests: manifests.map(withCertificate),
  }
}

/** A stream in numbers. */
export const summaryAnswer = ({ stream, uploads, errors, objects, sessions }: StreamSummary) => ({
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
