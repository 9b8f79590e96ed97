import { type InitView, isSameRun, type PlacedMedia } from './init-view.ts'
import { type SegmentTime, segmentTimeOf, successionOf } from './succession.ts'

/**
 * What a manifest of the newest media does not name any more of a track, folded segment by segment. The numbers of a
 * live playlist count on from it (RFC 8216, 6.2.2).
 */
export interface LeftSegments {
  /** The number of segments, without those that overlap or were sent again. */
  readonly count: number
  /** The last of these segments; null for none. */
  readonly last: LastSegment | null
  /** The times at which the init segment changed, in seconds of the track's clock. */
  readonly switches: readonly number[]
}

interface LastSegment extends SegmentTime {
  readonly initView: InitView
  readonly shift: number
}

export const noneLeft: LeftSegments = { count: 0, last: null, switches: [] }

/** Adds segments that come after those that have left, by the rules of `timelineOf`. */
export function addLeft(left: LeftSegments, segments: readonly PlacedMedia[]): LeftSegments {
  let { count, last } = left
  const switches = [...left.switches]
  for (const segment of segments) {
    const { decodeTime, initView, shift } = segment
    const succession = successionOf(last, segment)
    if (succession === 'overlap') continue
    if (succession === 'next') count++
    if (last && !isSameRun(segment, last)) switches.push(decodeTime / initView.timescale)
    last = { ...segmentTimeOf(segment), initView, shift }
  }
  return { count, last, switches }
}
