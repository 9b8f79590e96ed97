import type { MediaFacts } from '../../media/inspection.ts'
import { type Finding, find, shown } from '../finding.ts'
import type { Precondition } from '../preconditions.ts'
import type { Clock, KnownInit, Track } from '../state.ts'

/** How a segment stands to the one before it, as far as the order of uploads has told already. */
export interface Place {
  /** False where a gap or a late segment has been told: then times and numbers jump for the same cause. */
  readonly isNext: boolean
  /** What a segment should last, seconds; null when nobody announced it. */
  readonly announcedSeconds: number | null
}

/** What the bytes of one segment say against its track's init segment and the segment before. */
export function judgeSegmentMedia(track: Track, media: MediaFacts, place: Place): readonly Finding[] {
  if (media.isMultiplexed) {
    return [find('segment-multiplexed', 'expected one track in a segment, received several')]
  }
  const { init } = track
  if (init && init.trackId !== media.trackId) {
    const message = `expected track id ${init.trackId} as in the init segment, received ${media.trackId}`
    return [find('track-id-mismatch', message)]
  }
  const times = timesOf(track, media, place)
  return [
    ...structureOf(track, media),
    ...syncOf(init, media),
    // What jumps in time jumps in number too; that is one cause.
    ...(times.length > 0 ? times : sequenceOf(track, media, place)),
    ...durationOf(track, media, place),
  ]
}

export const mediaPreconditionsOf = (
  { announcedSeconds }: Place,
  media: MediaFacts | null,
): readonly Precondition[] => [
  ...(announcedSeconds === null ? [] : (['announced duration'] as const)),
  ...(media?.isLast ? (['track end'] as const) : []),
]

/** Where the track has come to with this segment; as before, where that cannot be told. */
export function clockAfter(track: Track, media: MediaFacts, bytes: number): Clock | null {
  const { clock, init } = track
  if (!init || media.isMultiplexed || media.trackId !== init.trackId || media.decodeTime === null)
    return clock
  const duration = media.explicitDuration + media.defaultedSamples * init.sampleDuration
  return {
    start: clock?.start ?? media.decodeTime,
    end: media.decodeTime + duration,
    total: (clock?.total ?? 0) + duration,
    count: (clock?.count ?? 0) + 1,
    bytes: (clock?.bytes ?? 0) + bytes,
    duration,
    sample: media.sampleCount > 0 ? Math.ceil(duration / media.sampleCount) : 0,
    sequence: media.lastSequence,
    isLast: media.isLast || undefined,
  }
}

/** Seconds that a segment lasts; null when its track's init segment is not known. */
export function secondsOf(init: KnownInit | null, media: MediaFacts): number | null {
  if (!init || init.timescale <= 0) return null
  return (media.explicitDuration + media.defaultedSamples * init.sampleDuration) / init.timescale
}

function structureOf({ init, name }: Track, media: MediaFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (media.decodeTime === null)
    findings.push(find('tfdt-missing', 'expected a tfdt box in each moof, received none'))
  if (!media.baseIsMoof)
    findings.push(find('base-not-moof', 'expected default-base-is-moof in tfhd, received none'))
  if (media.encrypted && !init?.encrypted) {
    findings.push(
      find('encrypted', `expected media that can be decoded, received segments of ${shown(name)} encrypted`),
    )
  }
  if (media.isFiller)
    findings.push(find('filler', `expected media from the source of ${shown(name)}, received filler`))
  return findings
}

function syncOf(init: KnownInit | null, media: MediaFacts): readonly Finding[] {
  if (init?.handler !== 'vide' || media.sampleCount === 0) return []
  const isSync = media.startsWithSync ?? (init.sampleFlags & nonSyncFlag) === 0
  if (isSync) return []
  const message = 'expected a segment that starts with a key frame, its first sample is none'
  return [find('segment-not-starting-with-sync-sample', message)]
}
/** ISO/IEC 14496-12, 8.8.3.1: sample_is_non_sync_sample. */
const nonSyncFlag = 0x10000

function timesOf({ clock, init }: Track, media: MediaFacts, { isNext }: Place): readonly Finding[] {
  if (!init || media.decodeTime === null) return []
  const sample = Math.max(clock?.sample ?? 0, sampleOf(init, media), 1)
  const scale = Math.max(init.timescale, 1)
  if (media.innerGap !== null && media.innerGap > sample) {
    const message = `expected chunks that follow each other, received ${seconds(media.innerGap / scale)} between two`
    return [find('tfdt-gap', message)]
  }
  if (!clock || !isNext) return []
  const off = media.decodeTime - clock.end
  if (Math.abs(off) <= sample) return []
  const message = `expected decode time ${clock.end}, received ${media.decodeTime}: ${seconds(Math.abs(off) / scale)}`
  return [off > 0 ? find('tfdt-gap', `${message} are missing`) : find('tfdt-overlap', `${message} too early`)]
}

const sampleOf = (init: KnownInit, media: MediaFacts): number =>
  media.sampleCount > 0
    ? (media.explicitDuration + media.defaultedSamples * init.sampleDuration) / media.sampleCount
    : 0

function sequenceOf({ clock }: Track, media: MediaFacts, { isNext }: Place): readonly Finding[] {
  if (!media.sequenceIncreases) {
    const message = `expected increasing sequence numbers within the segment, received ${media.firstSequence} to ${media.lastSequence} out of order`
    return [find('sequence-number-not-increasing', message)]
  }
  if (!clock || !isNext) return []
  const expected = clock.sequence + 1
  if (media.firstSequence === expected) return []
  const message = `expected sequence number ${expected}, received ${media.firstSequence}`
  const isBack = media.firstSequence < expected
  return [find(isBack ? 'sequence-number-not-increasing' : 'sequence-number-gap', message)]
}

/** A short segment is wrong only once another follows it: the last one may be short. */
function durationOf(track: Track, media: MediaFacts, { announcedSeconds }: Place): readonly Finding[] {
  const lasted = secondsOf(track.init, media)
  if (announcedSeconds === null || lasted === null || announcedSeconds <= 0) return []
  const expected = `expected segments of ${seconds(announcedSeconds)} as announced`
  if (lasted > announcedSeconds * 1.1) {
    return [find('segment-duration-off', `${expected}, received one of ${seconds(lasted)}`)]
  }
  const before = track.clock && track.init ? track.clock.duration / track.init.timescale : null
  if (before === null || before >= announcedSeconds * 0.9) return []
  const message = `${expected}, the one before this lasted ${seconds(before)} and was not the last`
  return [find('segment-duration-off', message)]
}

export const seconds = (value: number): string => `${Number(value.toFixed(3))} s`
