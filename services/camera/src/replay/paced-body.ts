import type { RecordedUpload } from './recording.ts'

/** A request that took less time when it was recorded is sent at once. */
const minPacedMs = 200
const [minPieceBytes, maxPieceBytes] = [1_024, 65_536]
const piecesOfBody = 32

/**
 * Yields the bytes of an upload in pieces, each at the time at which the recording had received it. `untilSent` waits
 * until a time of the recording, in Unix milliseconds. Between two recorded times the bytes are spread evenly.
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

/**
 * The time at which `sent` bytes had arrived, in Unix milliseconds: interpolated between the recorded times of the
 * request and, for a long request, of its parts.
 */
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
