import type { Request } from 'express'
import type { Extent } from '../../uploads/ports.ts'

/**
 * The one range that a request asks for (RFC 9110, 14.2) of something that has `bytes` bytes. Null for no range, for
 * several at once and for a malformed one: then the whole is sent. `beyond-end` is to be refused with 416.
 */
export function byteRangeOf(request: Request, bytes: number): Extent | 'beyond-end' | null {
  const ranges = request.range(bytes, { combine: true })
  if (ranges === -1) return 'beyond-end'
  if (!Array.isArray(ranges) || ranges.type !== 'bytes' || ranges.length !== 1) return null
  const [range] = ranges
  return range ? { from: range.start, to: range.end + 1 } : null
}

/** `bytes 0-99/1000`. */
export const contentRangeOf = ({ from, to }: Extent, bytes: number): string =>
  `bytes ${from}-${to - 1}/${bytes}`
