import type { Row } from '../api/types.ts'
import type { Anchors } from './media-clock.ts'

/** One upload on its lane; `begin` and `end` in milliseconds of the wall clock, or of the media mapped to it. */
export interface Mark {
  readonly row: Row
  readonly begin: number
  readonly end: number
  /** First and last byte of the request, on the same axis. */
  readonly firstByte: number
  readonly lastByte: number
  /** How much later than the media's own pace it arrived, in milliseconds; null when it has no media time. */
  readonly delay: number | null
  /** Bits a second; null when it has no duration. */
  readonly bitrate: number | null
}

/** A mark whose end may still change. */
export interface OpenMark extends Mark {
  end: number
  /** Where its media ends, also under the mark after it. */
  readonly mediaEnd: number
}

export type Axis = 'arrival' | 'media'

/** When an upload began to come; a part of a long request, when it had come. */
export const arrivalOf = ({ startedAt, ms, partOf }: Row): number =>
  partOf === null ? startedAt : startedAt + ms

/** Where an upload lies on an axis. A row of a track's new clock gets an anchor, so rows come in arrival order. */
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
