import type { MediaFacts } from '../../media/inspection.ts'
import { mediaDuration } from '../../media/media-duration.ts'
import { type Finding, finding, type WithdrawnFinding } from '../finding.ts'
import type { Hole, Track } from '../state.ts'
import { formatSeconds } from './format-seconds.ts'

/**
 * Segments whose names, or arrival, have another order than their times: the first of them jumps over a time, which a later
 * one then fills. That is one fault, and no time is missing.
 */

/**
 * Whether a segment lies in the time that an earlier one of its track has jumped over, or ends where the track has begun
 * so far.
 */
export function isLate(track: Track, media: MediaFacts): boolean {
  const { clock } = track
  const time = timeOf(track, media)
  if (!clock || !time) return false
  return Math.abs(time.end - clock.start) <= clock.sample || isInHole(track, time)
}

interface SegmentTime {
  readonly start: number
  readonly end: number
}

/** Start and end of a segment in units of the track's timescale; null where they are not known. */
function timeOf({ init }: Track, media: MediaFacts): SegmentTime | null {
  const { decodeTime, trackId } = media
  if (!init || decodeTime === null || decodeTime < 0 || trackId !== init.trackId) return null
  return { start: decodeTime, end: decodeTime + mediaDuration(media, init.sampleDuration) }
}

const isInHole = ({ hole, clock }: Track, { start, end }: SegmentTime): boolean =>
  hole !== undefined && clock !== null && start >= hole.from - clock.sample && end <= hole.to + clock.sample

/** The finding for a segment that comes behind a later one. */
export function outOfOrder({ clock, hole, init }: Track, media: MediaFacts): Finding {
  const decodeTime = media.decodeTime ?? 0
  const isBeforeAll = clock !== null && decodeTime < clock.start
  const later = isBeforeAll || !hole ? (clock?.start ?? 0) : hole.to
  const at = (time: number) => formatSeconds(time / Math.max(init?.timescale ?? 1, 1))
  const message = `expected segments in the order of their times, received the one at ${at(decodeTime)} behind the one at ${at(later)}: the order in which they come disagrees with their times`
  return finding('tfdt-out-of-order', message)
}

/**
 * The hole in a track's times after a segment with these findings. Where the segment closes the hole, the finding of
 * the gap is withdrawn.
 */
export function holeAfter(
  track: Track,
  media: MediaFacts,
  { findings, upload }: { readonly findings: readonly Finding[]; readonly upload: string },
): { readonly hole: Hole | undefined; readonly withdrawn: readonly WithdrawnFinding[] } {
  const { clock, hole } = track
  const { decodeTime } = media
  if (clock && decodeTime !== null && decodeTime > clock.end && hasGap(findings))
    return { hole: { from: clock.end, to: decodeTime, upload }, withdrawn: [] }
  const time = timeOf(track, media)
  if (!hole || !clock || !time || !isInHole(track, time)) return { hole, withdrawn: [] }
  const isAtStart = time.start - hole.from <= clock.sample
  const from = isAtStart ? time.end : hole.from
  const to = !isAtStart && hole.to - time.end <= clock.sample ? time.start : hole.to
  if (to - from > clock.sample) return { hole: { ...hole, from, to }, withdrawn: [] }
  const gap = { upload: hole.upload, code: 'tfdt-gap', severity: 'warning' } as const
  return { hole: undefined, withdrawn: [gap] }
}

const hasGap = (findings: readonly Finding[]): boolean => findings.some(({ code }) => code === 'tfdt-gap')
