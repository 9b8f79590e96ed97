import type { MediaFacts } from '../../media/inspection.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import type { Precondition } from '../preconditions.ts'
import { type Clock, type KnownInit, nonSyncFlag, type Track } from '../state.ts'

/** How a segment follows the one before it, as far as the checks of order have found. */
interface SegmentPosition {
  /** False where a gap or a late segment is reported: then times and numbers jump for the same cause. */
  readonly isNext: boolean
  /** Duration of a segment that the manifest announces, seconds; null for none. */
  readonly announcedSeconds: number | null
}

/** Findings on the media of one segment, against its track's init segment and the segment before. */
export function checkSegmentMedia(
  track: Track,
  media: MediaFacts,
  position: SegmentPosition,
): readonly Finding[] {
  if (media.isMultiplexed) {
    return [finding('segment-multiplexed', 'expected one track in a segment, received several')]
  }
  const { init } = track
  if (init && init.trackId !== media.trackId) {
    const message = `expected track id ${init.trackId} as in the init segment, received ${media.trackId}`
    return [finding('track-id-mismatch', message)]
  }
  const times = checkTimes(track, media, position)
  return [
    ...checkStructure(track, media),
    ...checkSync(init, media),
    // A gap in time is a gap in numbers too: one cause, one finding.
    ...(times.length > 0 ? times : checkSequence(track, media, position)),
    ...checkDuration(track, media, position),
  ]
}

export const segmentPreconditions = (
  { announcedSeconds }: SegmentPosition,
  media: MediaFacts | null,
): readonly Precondition[] => [
  ...(announcedSeconds === null ? [] : (['announced-duration'] as const)),
  ...(media?.isLast ? (['track-end'] as const) : []),
]

/** The clock of a track after a segment of `bytes` bytes; unchanged where its times are unknown. */
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

/** Duration of a segment, seconds; null when its track's init segment is not known. */
export function segmentSeconds(init: KnownInit | null, media: MediaFacts): number | null {
  if (!init || init.timescale <= 0) return null
  return (media.explicitDuration + media.defaultedSamples * init.sampleDuration) / init.timescale
}

function checkStructure({ init, name }: Track, media: MediaFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (media.decodeTime === null)
    findings.push(finding('tfdt-missing', 'expected a tfdt box in each moof, received none'))
  if (!media.baseIsMoof)
    findings.push(finding('base-not-moof', 'expected default-base-is-moof in tfhd, received none'))
  if (media.encrypted && !init?.encrypted) {
    findings.push(
      finding(
        'encrypted',
        `expected media that can be decoded, received segments of ${excerpt(name)} encrypted`,
      ),
    )
  }
  if (media.isFiller)
    findings.push(finding('filler', `expected media from the source of ${excerpt(name)}, received filler`))
  return findings
}

function checkSync(init: KnownInit | null, media: MediaFacts): readonly Finding[] {
  if (init?.handler !== 'vide' || media.sampleCount === 0) return []
  const isSync = media.startsWithSync ?? (init.sampleFlags & nonSyncFlag) === 0
  if (isSync) return []
  const message = 'expected a segment that starts with a key frame, its first sample is none'
  return [finding('segment-not-starting-with-sync-sample', message)]
}

function checkTimes(
  { clock, init }: Track,
  media: MediaFacts,
  { isNext }: SegmentPosition,
): readonly Finding[] {
  if (!init || media.decodeTime === null) return []
  const sample = Math.max(clock?.sample ?? 0, sampleOf(init, media), 1)
  const scale = Math.max(init.timescale, 1)
  if (media.innerGap !== null && media.innerGap > sample) {
    const message = `expected chunks that follow each other, received ${formatSeconds(media.innerGap / scale)} between two`
    return [finding('tfdt-gap', message)]
  }
  if (!clock || !isNext) return []
  const off = media.decodeTime - clock.end
  if (Math.abs(off) <= sample) return []
  const message = `expected decode time ${clock.end}, received ${media.decodeTime}: ${formatSeconds(Math.abs(off) / scale)}`
  return [
    off > 0 ? finding('tfdt-gap', `${message} are missing`) : finding('tfdt-overlap', `${message} too early`),
  ]
}

const sampleOf = (init: KnownInit, media: MediaFacts): number =>
  media.sampleCount > 0
    ? (media.explicitDuration + media.defaultedSamples * init.sampleDuration) / media.sampleCount
    : 0

function checkSequence({ clock }: Track, media: MediaFacts, { isNext }: SegmentPosition): readonly Finding[] {
  if (!media.sequenceIncreases) {
    const message = `expected increasing sequence numbers within the segment, received ${media.firstSequence} to ${media.lastSequence} out of order`
    return [finding('sequence-number-not-increasing', message)]
  }
  if (!clock || !isNext) return []
  const expected = clock.sequence + 1
  if (media.firstSequence === expected) return []
  const message = `expected sequence number ${expected}, received ${media.firstSequence}`
  const isBack = media.firstSequence < expected
  return [finding(isBack ? 'sequence-number-not-increasing' : 'sequence-number-gap', message)]
}

/**
 * Within 10 % of the announced duration. The last segment may be short, so a short one is reported with the
 * next.
 */
function checkDuration(
  track: Track,
  media: MediaFacts,
  { announcedSeconds }: SegmentPosition,
): readonly Finding[] {
  const lasted = segmentSeconds(track.init, media)
  if (announcedSeconds === null || lasted === null || announcedSeconds <= 0) return []
  const expected = `expected segments of ${formatSeconds(announcedSeconds)} as announced`
  if (lasted > announcedSeconds * 1.1) {
    return [finding('segment-duration-off', `${expected}, received one of ${formatSeconds(lasted)}`)]
  }
  const before = track.clock && track.init ? track.clock.duration / track.init.timescale : null
  if (before === null || before >= announcedSeconds * 0.9) return []
  const message = `${expected}, the one before this lasted ${formatSeconds(before)} and was not the last`
  return [finding('segment-duration-off', message)]
}

/** A duration for a message, to the millisecond. */
export const formatSeconds = (value: number): string => `${Number(value.toFixed(3))} s`
