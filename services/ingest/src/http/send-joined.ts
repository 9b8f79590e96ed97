import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'

/** Bytes that are sent one source after the other, of a length that is known before. */
export interface JoinedBytes {
  readonly bytes: number
  /** The bytes `from` up to, not with, `to`. */
  read(from: number, to: number): AsyncIterable<Uint8Array>
}

/**
 * Sends bytes, or the one range of them that was asked for (RFC 9110, 14). Closes the connection when reading fails, so
 * that the client notices. Headers are set by the caller.
 */
export async function sendJoined(response: Response, joined: JoinedBytes): Promise<void> {
  const { bytes } = joined
  const ranges = response.req.range(bytes, { combine: true })
  response.set('Accept-Ranges', 'bytes')
  if (ranges === -1) return void response.status(416).set('Content-Range', `bytes */${bytes}`).end()
  const range =
    Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined
  const { start, end } = range ?? { start: 0, end: bytes - 1 }
  if (range) response.status(206).set('Content-Range', `bytes ${start}-${end}/${bytes}`)
  response.set('Content-Length', String(end - start + 1))
  if (response.req.method === 'HEAD') return void response.end()
  await pipeline(joined.read(start, end + 1), response).catch(() => response.destroy())
}

/** One after the other. */
export function joinBytes(sources: readonly JoinedBytes[]): JoinedBytes {
  return {
    bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
    async *read(from, to) {
      let start = 0
      for (const source of sources) {
        const [first, last] = [Math.max(from - start, 0), Math.min(to - start, source.bytes)]
        if (first < last) yield* source.read(first, last)
        start += source.bytes
      }
    },
  }
}
