import type { SegmentIndex } from '../../inspection.ts'
import { mediaDuration } from '../../media-duration.ts'

/** The moofs of one subsegment; durations as in MediaFacts. */
export interface Subsegment {
  moofs: number
  hasMdat: boolean
  samples: number
  explicitDuration: number
  defaultedSamples: number
}

/** What an init segment says of the track that an index is of. */
interface IndexedTrack {
  readonly trackId: number
  readonly timescale: number
  readonly sampleDuration: number
  readonly delaySeconds?: number | undefined
  readonly editStart?: number | undefined
}

/**
 * Seconds by which times of an index may differ from decode times and durations: presentation begins later than decoding, by some
 * frames, and a subsegment lasts to the first presentation time of the next.
 */
const maxOffSeconds = 0.25

/** The limit in samples, where that is more: for tracks whose frames are further apart. */
const maxOffSamples = 4

const maxOffOf = (seconds: number, samples: number): number =>
  Math.max(maxOffSeconds, samples > 0 ? (maxOffSamples * seconds) / samples : 0)

/** What is wrong with the times of an index, in words; null for nothing. */
export function indexFault(index: SegmentIndex, track: IndexedTrack): string | null {
  if (track.trackId === 0 || track.timescale === 0) return null
  if (index.trackId !== track.trackId)
    return `expected reference_ID ${track.trackId}, the track, in sidx, received ${index.trackId}`
  const lasts = mediaDuration(index, track.sampleDuration) / track.timescale
  const stated = index.duration / index.timescale
  const maxOff = maxOffOf(lasts, index.samples)
  if (Math.abs(stated - lasts) > maxOff)
    return `expected subsegments of ${secondsOf(lasts)} together in sidx as their samples last, received ${secondsOf(stated)}`
  if (index.decodeTime === null || index.decodeTime < 0) return null
  const decoded = index.decodeTime / track.timescale
  const edited = Math.max(0, decoded - (track.editStart ?? 0) / track.timescale) + (track.delaySeconds ?? 0)
  const start = index.start / index.timescale
  // Not every packager heeds the edit list.
  if ([decoded, edited].some((time) => Math.abs(start - time) <= maxOff)) return null
  return `expected an earliest presentation time near ${secondsOf(edited)} in sidx, the decode time, received ${secondsOf(start)}`
}

/** Which subsegment lasts longer or shorter in an index than its samples do beside those of the others, in words; null for none. */
export function unevenFault(
  { timescale, duration, samples, explicitDuration }: SegmentIndex,
  subsegments: readonly Subsegment[],
  durations: readonly number[],
): string | null {
  if (subsegments.some(({ defaultedSamples }) => defaultedSamples > 0) || explicitDuration === 0) return null
  const scale = duration / explicitDuration
  const maxOff = maxOffOf(duration / timescale, samples) * timescale
  const nth = subsegments.findIndex(
    (one, at) => Math.abs(one.explicitDuration * scale - (durations[at] ?? 0)) > maxOff,
  )
  if (nth < 0) return null
  const expected = secondsOf(((subsegments[nth]?.explicitDuration ?? 0) * scale) / timescale)
  return `expected subsegment ${nth + 1} of sidx to last ${expected} as its samples do beside those of the others, received ${secondsOf((durations[nth] ?? 0) / timescale)}`
}

const secondsOf = (seconds: number): string => `${Math.round(seconds * 1_000) / 1_000} s`
