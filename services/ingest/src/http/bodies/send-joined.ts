import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { byteRangeOf, contentRangeOf } from './byte-range.ts'

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
  const range = byteRangeOf(response.req, bytes)
  response.set('Accept-Ranges', 'bytes')
  if (range === 'beyond-end') return void response.status(416).set('Content-Range', `bytes */${bytes}`).end()
  const { from, to } = range ?? { from: 0, to: bytes }
  if (range) response.status(206).set('Content-Range', contentRangeOf(range, bytes))
  response.set('Content-Length', String(to - from))
  if (response.req.method === 'HEAD') return void response.end()
  await pipeline(joined.read(from, to), response).catch(() => response.destroy())
}

/** Several sources as one, the one behind the other. */
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
