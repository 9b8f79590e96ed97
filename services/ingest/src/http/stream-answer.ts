import type { JudgedUpload } from '../domain/fold.ts'
import { isAccepted } from '../domain/judge.ts'
import type { IndexedStream } from '../use-cases/ports.ts'

/** A stream as the API shows it; the reference's fields, `id` a number as its web UI expects. */
export function streamAnswer({ stream, uploads }: IndexedStream) {
  const id = Number(stream.id)
  return {
    id,
    stream_id: id,
    strict_mode: stream.strict,
    interface: stream.interface,
    expected_track_names: stream.expectedTrackNames,
    track_name: stream.expectedTrackNames?.[0] ?? null,
    creator: stream.creator,
    sessions: [],
    error_uploads: uploads.filter(({ findings }) => !isAccepted(findings)).map(errorUpload),
    valid_uploads: uploads.filter(({ findings }) => isAccepted(findings)).map(validUpload),
  }
}

const validUpload = ({ upload }: JudgedUpload) => ({ session_id: null, file_path: upload.path })

const errorUpload = ({ upload, findings }: JudgedUpload) => ({
  session_id: null,
  file_path: upload.path,
  reasons: findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  findings,
})
