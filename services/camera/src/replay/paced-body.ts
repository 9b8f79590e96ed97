import type { RecordedUpload } from './recording.ts'

/** Requests that were shorter are sent at once. */
const minPacedMs = 200
const [minPieceBytes, maxPieceBytes] = [1_024, 65_536]
const piecesOfBody = 32

/**
 * The bytes of an upload, each piece when `untilSent` says that the record has it: `untilSent` resolves at a time of
 * the record, Unix milliseconds. Between two known times the bytes come evenly.
 */
export async function* pacedBody(
  upload: RecordedUpload,
  body: AsyncIterable<Buffer>,
  untilSent: (atMs: number) => Promise<unknown>,
): AsyncIterable<Buffer> {
  if (upload.receivedMs - upload.startedMs < minPacedMs) return yield* body
  const pieceBytes = Math.min(maxPieceBytes, Math.max(minPieceBytes, Math.ceil(upload.bytes / piecesOfBody)))
  let sent = 0
  for await (const part of body)
    for (let at = 0; at < part.length; at += pieceBytes) {
      const piece = part.subarray(at, at + pieceBytes)
      sent += piece.length
      await untilSent(timeOf(upload, sent))
      yield piece
    }
}

/** When so many bytes had come, by the parts of a long request and the times of the request itself. */
export function timeOf({ startedMs, receivedMs, bytes, progress }: RecordedUpload, sent: number): number {
  const known = [...progress, { bytes, atMs: receivedMs }]
  let before = { bytes: 0, atMs: startedMs }
  for (const next of known) {
    if (sent <= next.bytes) {
      const share = next.bytes > before.bytes ? (sent - before.bytes) / (next.bytes - before.bytes) : 1
      return before.atMs + share * (next.atMs - before.atMs)
    }
    before = next
  }
  return receivedMs
}
