import type { Row } from '../api/types.ts'
import type { Anchors } from './media-clock.ts'

/** One upload on its lane. Its times are in milliseconds since 1970, on the media axis mapped to the wall clock. */
export interface Mark {
  readonly row: Row
  readonly begin: number
  readonly end: number
  /** When the first byte of the request arrived. */
  readonly firstByte: number
  /** When the last byte of the request arrived. */
  readonly lastByte: number
  /** Milliseconds from the end of its media, at real time pace, to its last byte; null without a media time. */
  readonly delay: number | null
  /** Bits a second; null without a duration. */
  readonly bitrate: number | null
}

/** A mark whose end may still change. */
export interface OpenMark extends Mark {
  end: number
  /** The end of its media, which the next mark may cover. */
  readonly mediaEnd: number
}

export type Axis = 'arrival' | 'media'

/** When an upload began to arrive; for a part of a long request, when it had arrived. In milliseconds since 1970. */
export const arrivalOf = ({ startedAt, ms, partOf }: Row): number =>
  partOf === null ? startedAt : startedAt + ms

/**
 * The mark of an upload on an axis. Call this in the order of arrival, because the first row of a track sets its
 * anchor.
 */
export function markOf(row: Row, axis: Axis, anchors: Anchors): OpenMark {
  const { startedAt, ms, decodeTime, duration, timescale, bytes } = row
  const [firstByte, lastByte] = [arrivalOf(row), startedAt + ms]
  const durationMs = duration !== null && timescale ? (duration / timescale) * 1_000 : null
  const request = { row, firstByte, lastByte }
  const bitrate = durationMs ? (bytes * 8_000) / durationMs : null
  if (decodeTime === null || !timescale) {
    const end = firstByte + (durationMs ?? 0)
    return { ...request, begin: firstByte, end, mediaEnd: end, delay: null, bitrate }
  }
  const mediaMs = (decodeTime / timescale) * 1_000
  const anchor = anchors.of(row, mediaMs)
  const ideal = anchor.wall + mediaMs - anchor.media
  const begin = axis === 'media' ? ideal : firstByte
  return {
    ...request,
    begin,
    end: begin + (durationMs ?? 0),
    mediaEnd: begin + (durationMs ?? 0),
    delay: lastByte - (ideal + (durationMs ?? 0)),
    bitrate,
  }
}
