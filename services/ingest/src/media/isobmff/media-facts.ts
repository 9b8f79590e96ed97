import type { InitFacts, MediaFacts, SegmentIndex } from '../inspection.ts'
import { mediaDuration } from '../media-duration.ts'
import { decodeTimeDifference, isNextSequence } from './counters.ts'
import type { Moof, Traf } from './moof.ts'
import type { SegmentPrefix } from './segment-prefix.ts'

/**
 * Adds up moofs, each with its prefix. Describes the first moof's track; other tracks only set
 * `isMultiplexed`.
 */
export function createMediaFacts() {
  let facts: FactsSoFar | null = null
  /** Expected decode time of the track's next moof; null where it depends on an unknown trex default. */
  let end: number | null = null
  let isFirst = true
  /** As in MediaFacts; filled even before media is known to be encrypted. */
  let uninformed: number[] | null = null

  return { add, addIndex, limitDefaultSize, facts: (): MediaFacts | null => facts }

  function addIndex(index: SegmentIndex): void {
    if (facts) facts.index ??= index
  }

  /** Samples of the track lie in their mdat only with a default size up to `max`. */
  function limitDefaultSize(trackId: number, max: number): void {
    if (facts?.trackId !== trackId) return
    facts.defaultSizes = joinSizes(facts.defaultSizes, { min: 0, max })
  }

  /** `missingFront` as in MediaFacts. */
  function add(moof: Moof, before: BeforeMoof): void {
    const trackId = facts?.trackId ?? moof.trafs[0]?.trackId ?? 0
    facts ??= emptyFacts(trackId, moof)
    addMoof(facts, moof)
    facts.missingFront = before.missingFront
    if (before.prefix) addPrefix(facts, before.prefix)
    for (const traf of moof.trafs) {
      if (traf.trackId !== trackId) continue
      addTraf(facts, traf, gapBefore(traf))
      if (traf.description > 0 || facts.descriptions) addDescription(facts, traf, isFirst)
      addEncryption(facts, traf)
      end = endOf(traf, end, before.init)
      isFirst = false
    }
  }

  function addEncryption(facts: FactsSoFar, { isInformed, description, sampleCount, ivSizes }: Traf): void {
    if (!isInformed && sampleCount > 0) {
      if (uninformed === null) uninformed = [description]
      else if (uninformed.length < maxDescriptions && !uninformed.includes(description))
        uninformed.push(description)
    }
    if (!facts.encrypted) return
    if (uninformed !== null) facts.uninformed = uninformed
    if (ivSizes) facts.ivSizes = facts.ivSizes?.filter((size) => ivSizes.includes(size)) ?? ivSizes
  }

  function gapBefore(traf: Traf): number | null {
    const { decodeTime } = traf
    if (isFirst || decodeTime === null) return 0
    return end === null ? null : Math.abs(decodeTimeDifference(decodeTime, end, traf.isShortDecodeTime))
  }
}

/** What is known in front of a moof. */
interface BeforeMoof {
  readonly prefix: SegmentPrefix | null
  readonly init: InitFacts | null
  readonly missingFront: number
}

/** Written field by field: a copy for each chunk would cost as much as its parsing. */
type FactsSoFar = { -readonly [Field in keyof MediaFacts]: MediaFacts[Field] }

function emptyFacts(trackId: number, { sequence, trafs }: Moof): FactsSoFar {
  return {
    trackId,
    chunkCount: 0,
    firstSequence: sequence,
    lastSequence: sequence,
    sequenceIncreases: true,
    sequenceGap: null,
    decodeTime: trafs[0]?.decodeTime ?? null,
    isShortDecodeTime: trafs[0]?.isShortDecodeTime ?? false,
    untimedChunks: 0,
    explicitDuration: 0,
    defaultedSamples: 0,
    sampleCount: 0,
    startsWithSync: trafs[0]?.startsWithSync ?? null,
    innerGap: 0,
    baseIsMoof: true,
    missingFront: 0,
    defaultSizes: null,
    hasSidx: false,
    hasPrft: false,
    producerTime: null,
    emsgCount: 0,
    isLast: false,
    isFiller: false,
    isMultiplexed: false,
    encrypted: false,
  }
}

function addMoof(facts: FactsSoFar, { sequence, trafs, encrypted }: Moof): void {
  facts.sequenceIncreases &&= facts.chunkCount === 0 || isAfter(facts.lastSequence, sequence)
  facts.sequenceGap ??= sequenceGapBefore(facts, sequence)
  facts.chunkCount += 1
  facts.lastSequence = sequence
  facts.isMultiplexed ||= trafs.length > 1 || trafs[0]?.trackId !== facts.trackId
  facts.encrypted ||= encrypted
}

const isAfter = (before: number, next: number): boolean => next > before || isNextSequence(before, next)

function sequenceGapBefore(
  { chunkCount, lastSequence }: MediaFacts,
  sequence: number,
): MediaFacts['sequenceGap'] {
  if (chunkCount === 0 || sequence <= lastSequence + 1) return null
  return { expected: lastSequence + 1, received: sequence }
}

function addPrefix(facts: FactsSoFar, prefix: SegmentPrefix): void {
  facts.hasSidx ||= prefix.hasSidx
  facts.hasPrft ||= prefix.producerTime !== null
  facts.producerTime ??= prefix.producerTime
  facts.emsgCount += prefix.emsgCount
  facts.isLast ||= prefix.brands.includes('lmsg')
  facts.isFiller ||= prefix.brands.includes('slat')
}

function addTraf(facts: FactsSoFar, traf: Traf, gap: number | null): void {
  facts.explicitDuration += traf.explicitDuration
  facts.defaultedSamples += traf.defaultedSamples
  facts.sampleCount += traf.sampleCount
  facts.baseIsMoof &&= traf.baseIsMoof
  if (traf.decodeTime === null) facts.untimedChunks += 1
  if (traf.hasUnsized) {
    const limits = { min: traf.isUnsized ? 1 : 0, max: 0xffff_ffff }
    facts.defaultSizes = joinSizes(facts.defaultSizes, limits)
  }
  facts.innerGap = facts.innerGap === null || gap === null ? null : Math.max(facts.innerGap, gap)
}

/** Sample descriptions of an upload that are looked at, the first ones. */
const maxDescriptions = 8

/** Trafs before the first one whose tfhd names a sample description use that of trex. */
function addDescription(facts: FactsSoFar, { description }: Traf, isFirst: boolean): void {
  const known = facts.descriptions ?? (isFirst ? [] : [0])
  if (known.includes(description) || known.length === maxDescriptions) return
  facts.descriptions = [...known, description]
}

type DefaultSizes = NonNullable<MediaFacts['defaultSizes']>

const joinSizes = (one: DefaultSizes | null, other: DefaultSizes): DefaultSizes =>
  one ? { min: Math.max(one.min, other.min), max: Math.min(one.max, other.max) } : other

/** Decode time at the end of a traf. Without a tfdt it starts where the traf before it ended. */
function endOf(traf: Traf, before: number | null, init: InitFacts | null): number | null {
  const start = traf.decodeTime ?? before
  if (start === null || (traf.defaultedSamples > 0 && init === null)) return null
  return start + mediaDuration(traf, init?.defaultSampleDuration ?? 0)
}
