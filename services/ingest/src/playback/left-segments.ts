import { type InitView, isSameRun, type PlacedMedia } from './init-view.ts'

/**
 * What a manifest of the newest media does not name any more of a track, folded segment by segment. The numbers of a
 * live playlist count on from it (RFC 8216, 6.2.2).
 */
export interface LeftSegments {
  /** How many there are, without those that overlap or were sent again. */
  readonly count: number
  /** The last of them. */
  readonly last: LastSegment | null
  /** When segments had another init segment than the one before them, in seconds of the track's clock. */
  readonly switches: readonly number[]
}

interface LastSegment {
  readonly decodeTime: number
  /** When it ends, in seconds of the track's clock. */
  readonly end: number
  readonly initView: InitView
  readonly shift: number
}

export const noneLeft: LeftSegments = { count: 0, last: null, switches: [] }

/** How much earlier a segment may begin than the one before it ends, in ticks: times are rounded. */
export const overlapTicks = 1.5

/** Adds segments that come after those that have left, by the rules of `timelineOf`. */
export function addLeft(left: LeftSegments, segments: readonly PlacedMedia[]): LeftSegments {
  let { count, last } = left
  const switches = [...left.switches]
  for (const { decodeTime, duration, initView, shift } of segments) {
    const { timescale } = initView
    const isAgain = last?.decodeTime === decodeTime
    if (!isAgain && last && decodeTime / timescale < last.end - overlapTicks / timescale) continue
    if (!isAgain) count++
    if (last && !isSameRun({ initView, shift }, last)) switches.push(decodeTime / timescale)
    last = { decodeTime, end: (decodeTime + duration) / timescale, initView, shift }
  }
  return { count, last, switches }
}
