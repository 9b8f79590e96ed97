import type { MediaFacts } from '../../media/inspection.ts'
import { decodeTimeDifference, isNextSequence } from '../../media/isobmff/counters.ts'
import { isSync } from '../../media/isobmff/moof.ts'
import { indexFault } from '../../media/isobmff/sidx/index-agreement.ts'
import { mediaDuration } from '../../media/media-duration.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import type { Precondition } from '../preconditions.ts'
import type { Clock, KnownInit, Track } from '../state.ts'
import { formatSeconds, maxRoundingSeconds } from './format-seconds.ts'
import { isLate, outOfOrder } from './late-segment.ts'
import { checkDescriptions } from './sample-descriptions.ts'

/**
 * `segment`: a whole one, or the first part of one. `further`: another part of the newest segment, which goes on with
 * it. `copy`: a whole segment whose parts have come.
 */
export type SegmentPart = 'segment' | 'further' | 'copy'

/** How a segment follows the one before it, as far as the checks of order have found. */
export interface SegmentPosition {
  /** False where a gap or a late segment is reported: then times and numbers jump for the same cause. */
  readonly isNext: boolean
  /** Duration of a segment that the manifest announces, seconds; null for none. */
  readonly announcedSeconds: number | null
  /** How the segment continues the one before; see `SegmentPart`. Absent where segments come whole. */
  readonly part?: SegmentPart
  /** The offset of the segment in a long request that it is a part of; else absent. */
  readonly partFrom?: number | undefined
}

/** Findings on the media of one segment, against its track's init segment and the segment before. */
export function checkSegmentMedia(
  track: Track,
  media: MediaFacts,
  position: SegmentPosition,
): readonly Finding[] {
  if (media.isMultiplexed) {
    return [
      finding(
        'segment-multiplexed',
        'expected one track in a segment, and one traf in each moof, received several',
      ),
    ]
  }
  const { init } = track
  // A track id of 0 is a fault of the init segment.
  if (init && init.trackId !== 0 && init.trackId !== media.trackId) {
    const message = `expected track id ${init.trackId} as in the init segment, received ${media.trackId}`
    return [finding('track-id-mismatch', message)]
  }
  const times = checkTimes(track, media, position)
  return [
    ...checkStructure(track, media),
    ...checkSamples(init, media, position),
    ...checkDurations(init, media),
    ...checkDescriptions(init, media),
    ...checkIndex(init, media),
    ...checkNegativeTime(track, media),
    ...(position.part === 'further' ? [] : checkSync(init, media)),
    // A gap in time is a gap in numbers too: one cause, one finding.
    ...(times.length > 0 ? times : checkSequence(track, media, position)),
    ...((position.part ?? 'segment') === 'segment' ? checkDuration(track, media, position) : []),
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
  if (!init || media.isMultiplexed || media.decodeTime === null) return clock
  if (init.trackId !== 0 && media.trackId !== init.trackId && !goesOnFrom(clock, media)) return clock
  const duration = mediaDuration(media, init.sampleDuration)
  // A time below 0 behind other segments tells nothing; the segment then follows the one before it.
  const isLost = media.decodeTime < 0 && clock !== null
  const decodeTime = isLost ? clock.end : media.decodeTime - (isWrappedBelowZero(track, media) ? 2 ** 32 : 0)
  return {
    start: clock?.start ?? decodeTime,
    end: decodeTime + duration,
    straight: clock && isOffTime(clock, decodeTime) ? clock.end + duration : undefined,
    total: (clock?.total ?? 0) + duration,
    count: (clock?.count ?? 0) + 1,
    bytes: (clock?.bytes ?? 0) + bytes,
    duration,
    sample: media.sampleCount > 0 ? Math.ceil(duration / media.sampleCount) : 0,
    ...(clock && extremesOf(clock, duration)),
    sequence: media.lastSequence,
    isLast: media.isLast || undefined,
  }
}

const isOffTime = ({ end, sample }: Clock, decodeTime: number): boolean => Math.abs(decodeTime - end) > sample

/** Whether a segment of another track id begins where the track's newest one ends: it is the id that is wrong. */
const goesOnFrom = (clock: Clock | null, { decodeTime }: MediaFacts): boolean =>
  clock !== null && decodeTime !== null && Math.abs(decodeTime - clock.end) <= clock.sample

/** `shortest` and `longest` of a clock, for a next segment of duration `newest`; see `segmentDurations`. */
function extremesOf(clock: Clock, newest: number): Pick<Clock, 'shortest' | 'longest'> {
  const shortest = Math.min(clock.shortest ?? clock.duration, clock.duration)
  const longest = Math.max(clock.longest ?? clock.duration, clock.duration)
  return {
    shortest: shortest === newest ? undefined : shortest,
    longest: longest === newest ? undefined : longest,
  }
}

/** Duration of a segment, seconds; null when its track's init segment is not known. */
export function segmentSeconds(init: KnownInit | null, media: MediaFacts): number | null {
  if (!init || init.timescale <= 0) return null
  return mediaDuration(media, init.sampleDuration) / init.timescale
}

function checkStructure({ init, name }: Track, media: MediaFacts): readonly Finding[] {
  const findings: Finding[] = []
  if (media.untimedChunks > 0) {
    const received = media.chunkCount > media.untimedChunks ? `none in ${media.untimedChunks}` : 'none'
    findings.push(finding('tfdt-missing', `expected a tfdt box in each moof, received ${received}`))
  }
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

/** Checks sample sizes that moofs leave to trex, and offsets that count from the start of a longer file. */
function checkSamples(
  init: KnownInit | null,
  { defaultSizes, missingFront }: MediaFacts,
  { partFrom }: SegmentPosition,
): readonly Finding[] {
  if (missingFront > 0 && partFrom === undefined) {
    const message = `expected offsets of samples within the segment, received base-data-offset that counts from ${missingFront} bytes before it`
    return [finding('samples-outside-mdat', message)]
  }
  if (!init || !defaultSizes) return []
  const { min, max } = defaultSizes
  const { sampleSize } = init
  // With max below min, no default size fits: the fault is in the moofs, not in trex.
  if ((sampleSize >= min && sampleSize <= max) || max < min) return []
  const limits =
    sampleSize < min ? `of at least ${min} byte` : `of up to ${max} bytes, as many as the mdat has`
  return [
    finding(
      'samples-outside-mdat',
      `expected a default sample size ${limits}, received ${sampleSize} in trex`,
    ),
  ]
}

/** A sample without duration may be the last of a track; several of them have no times. */
function checkDurations(init: KnownInit | null, media: MediaFacts): readonly Finding[] {
  const { sampleCount } = media
  if (!init || sampleCount < 2 || mediaDuration(media, init.sampleDuration) > 0) return []
  const message = `expected durations of samples in trun, tfhd or trex, received ${sampleCount} samples without any`
  return [finding('samples-without-duration', message)]
}

/** A sidx that came with its init segment has been compared with that one. */
function checkIndex(init: KnownInit | null, { index }: MediaFacts): readonly Finding[] {
  const fault = init && index ? indexFault(index, init) : null
  return fault === null ? [] : [finding('segment-index', fault)]
}

/**
 * Whether the first decode time of a track is just below 2^32 in a field of 32 bits: a time below 0, as muxers
 * write it for the priming of sound, rather than a clock that is about to begin anew.
 */
function isWrappedBelowZero({ clock, init }: Track, { decodeTime, isShortDecodeTime }: MediaFacts): boolean {
  if (clock || !init || decodeTime === null || !isShortDecodeTime) return false
  return 2 ** 32 - decodeTime <= init.timescale * maxPrimingSeconds
}

const maxPrimingSeconds = 0.25

/** ISO/IEC 14496-12, 8.8.12: the field is unsigned. One of 64 bits is a fault of the bytes alone. */
function checkNegativeTime(track: Track, media: MediaFacts): readonly Finding[] {
  if (!isWrappedBelowZero(track, media)) return []
  const { decodeTime } = media
  const message = `expected a decode time from 0 on in the first segment, received ${decodeTime}: ${(decodeTime ?? 0) - 2 ** 32} in unsigned bits`
  return [finding('decode-time-negative', message)]
}

function checkSync(init: KnownInit | null, media: MediaFacts): readonly Finding[] {
  if ((init?.handler !== 'vide' && init?.handler !== 'auxv') || media.sampleCount === 0) return []
  if (media.startsWithSync ?? isSync(init.sampleFlags)) return []
  const message = 'expected a segment that starts with a key frame, its first sample is none'
  return [finding('segment-not-starting-with-sync-sample', message)]
}

function checkTimes(track: Track, media: MediaFacts, { isNext }: SegmentPosition): readonly Finding[] {
  const { clock, init } = track
  if (!init || media.decodeTime === null) return []
  const sample = Math.max(clock?.sample ?? 0, sampleOf(init, media), 1)
  const scale = Math.max(init.timescale, 1)
  if (media.innerGap !== null && media.innerGap > sample) {
    const message = `expected chunks that follow each other, received ${formatSeconds(media.innerGap / scale)} between two`
    return [finding('tfdt-gap', message)]
  }
  if (!clock || !isNext || media.decodeTime < 0) return []
  if (isLate(track, media)) return [outOfOrder(track, media)]
  const off = decodeTimeDifference(media.decodeTime, clock.end, media.isShortDecodeTime)
  if (Math.abs(off) <= sample) return []
  // After one wrong decode time, the next segment may lie where it would without that one: one fault, one finding.
  if (clock.straight !== undefined && Math.abs(media.decodeTime - clock.straight) <= sample) return []
  const message = `expected decode time ${clock.end}, received ${media.decodeTime}: ${formatSeconds(Math.abs(off) / scale)}`
  return [
    off > 0 ? finding('tfdt-gap', `${message} are missing`) : finding('tfdt-overlap', `${message} too early`),
  ]
}

const sampleOf = (init: KnownInit, media: MediaFacts): number =>
  media.sampleCount > 0 ? mediaDuration(media, init.sampleDuration) / media.sampleCount : 0

function checkSequence({ clock }: Track, media: MediaFacts, { isNext }: SegmentPosition): readonly Finding[] {
  if (!media.sequenceIncreases) {
    const message = `expected increasing sequence numbers within the segment, received ${media.firstSequence} to ${media.lastSequence} out of order`
    return [finding('sequence-number-not-increasing', message)]
  }
  const { sequenceGap } = media
  if (sequenceGap) {
    const message = `expected sequence number ${sequenceGap.expected} within the segment, received ${sequenceGap.received}`
    return [finding('sequence-number-gap', message)]
  }
  if (!clock || !isNext || isNextSequence(clock.sequence, media.firstSequence)) return []
  const expected = (clock.sequence + 1) % 2 ** 32
  const message = `expected sequence number ${expected}, received ${media.firstSequence}`
  const isBack = media.firstSequence < expected
  return [finding(isBack ? 'sequence-number-not-increasing' : 'sequence-number-gap', message)]
}

/**
 * Within 50 % of the announced duration (ISO/IEC 23009-1, 5.3.9.2.1). The last segment may be short, so a short
 * one is reported with the next.
 */
function checkDuration(
  track: Track,
  media: MediaFacts,
  { announcedSeconds }: SegmentPosition,
): readonly Finding[] {
  const lasted = segmentSeconds(track.init, media)
  if (announcedSeconds === null || lasted === null || announcedSeconds <= 0) return []
  const expected = `expected segments of ${formatSeconds(announcedSeconds)} as announced`
  if (lasted > announcedSeconds * 1.5 + maxRoundingSeconds) {
    return [finding('segment-duration-off', `${expected}, received one of ${formatSeconds(lasted)}`)]
  }
  const before = track.clock && track.init ? track.clock.duration / track.init.timescale : null
  if (before !== null && track.part?.areMany && before > announcedSeconds * 1.5 + maxRoundingSeconds) {
    return [
      finding('segment-duration-off', `${expected}, the parts before this lasted ${formatSeconds(before)}`),
    ]
  }
  if (before === null || before >= announcedSeconds * 0.5 - maxRoundingSeconds) return []
  const message = `${expected}, the one before this lasted ${formatSeconds(before)} and was not the last`
  return [finding('segment-duration-off', message)]
}
