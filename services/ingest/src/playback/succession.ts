import type { PlacedMedia } from './init-view.ts'

/** Where a segment is in time, for the one that comes after it. */
export interface SegmentTime {
  readonly decodeTime: number
  /** The end of the segment, in seconds of the track's clock. */
  readonly end: number
}

/** How much earlier a segment may begin than the one before it ends, in ticks: times are rounded. */
const toleratedTicks = 1.5

export const segmentTimeOf = ({ decodeTime, duration, initView }: PlacedMedia): SegmentTime => ({
  decodeTime,
  end: (decodeTime + duration) / initView.timescale,
})

/**
 * How a segment follows the one before it in its track: `again` at the same decode time, in place of that one; `overlap`
 * where it begins before that one ends, and is left out; else `next`.
 */
export function successionOf(
  before: SegmentTime | null,
  { decodeTime, initView: { timescale } }: Pick<PlacedMedia, 'decodeTime' | 'initView'>,
): 'again' | 'overlap' | 'next' {
  if (before === null) return 'next'
  if (before.decodeTime === decodeTime) return 'again'
  return decodeTime < before.end * timescale - toleratedTicks ? 'overlap' : 'next'
}
