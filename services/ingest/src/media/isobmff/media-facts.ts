import type { InitFacts, MediaFacts } from '../inspection.ts'
import type { Moof, Traf } from './moof.ts'
import type { SegmentPrefix } from './segment-prefix.ts'

/**
 * Adds up moofs, each with its prefix. Describes the first moof's track; other tracks only set
 * `isMultiplexed`.
 */
export function createMediaFacts() {
  let facts: MediaFacts | null = null
  /** Expected decode time of the track's next moof; null where it depends on an unknown trex default. */
  let end: number | null = null
  let isFirst = true

  return { add, facts: () => facts }

  function add(moof: Moof, prefix: SegmentPrefix | null, init: InitFacts | null): void {
    const trackId = facts?.trackId ?? moof.trafs[0]?.trackId ?? 0
    let next = withMoof(facts ?? emptyFacts(trackId, moof), moof, prefix)
    for (const traf of moof.trafs) {
      if (traf.trackId !== trackId) continue
      next = withTraf(next, traf, gapBefore(traf))
      end = endOf(traf, end, init)
      isFirst = false
    }
    facts = next
  }

  function gapBefore({ decodeTime }: Traf): number | null {
    if (isFirst || decodeTime === null) return 0
    return end === null ? null : Math.abs(decodeTime - end)
  }
}

function emptyFacts(trackId: number, { sequence, trafs }: Moof): MediaFacts {
  return {
    trackId,
    chunkCount: 0,
    firstSequence: sequence,
    lastSequence: sequence,
    sequenceIncreases: true,
    decodeTime: trafs[0]?.decodeTime ?? null,
    explicitDuration: 0,
    defaultedSamples: 0,
    sampleCount: 0,
    startsWithSync: trafs[0]?.startsWithSync ?? null,
    innerGap: 0,
    baseIsMoof: true,
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

function withMoof(facts: MediaFacts, moof: Moof, prefix: SegmentPrefix | null): MediaFacts {
  const { sequence, trafs, encrypted } = moof
  return {
    ...facts,
    chunkCount: facts.chunkCount + 1,
    lastSequence: sequence,
    sequenceIncreases: facts.sequenceIncreases && (facts.chunkCount === 0 || sequence > facts.lastSequence),
    isMultiplexed: facts.isMultiplexed || trafs.length > 1 || trafs[0]?.trackId !== facts.trackId,
    encrypted: facts.encrypted || encrypted,
    ...(prefix ? withPrefix(facts, prefix) : {}),
  }
}

function withPrefix(facts: MediaFacts, prefix: SegmentPrefix): Partial<MediaFacts> {
  return {
    hasSidx: facts.hasSidx || prefix.hasSidx,
    hasPrft: facts.hasPrft || prefix.producerTime !== null,
    producerTime: facts.producerTime ?? prefix.producerTime,
    emsgCount: facts.emsgCount + prefix.emsgCount,
    isLast: facts.isLast || prefix.brands.includes('lmsg'),
    isFiller: facts.isFiller || prefix.brands.includes('slat'),
  }
}

function withTraf(facts: MediaFacts, traf: Traf, gap: number | null): MediaFacts {
  return {
    ...facts,
    explicitDuration: facts.explicitDuration + traf.explicitDuration,
    defaultedSamples: facts.defaultedSamples + traf.defaultedSamples,
    sampleCount: facts.sampleCount + traf.sampleCount,
    baseIsMoof: facts.baseIsMoof && traf.baseIsMoof,
    innerGap: facts.innerGap === null || gap === null ? null : Math.max(facts.innerGap, gap),
  }
}

/** Decode time at the end of a traf. Without a tfdt it starts where the traf before it ended. */
function endOf(traf: Traf, before: number | null, init: InitFacts | null): number | null {
  const start = traf.decodeTime ?? before
  const { defaultedSamples, explicitDuration } = traf
  if (start === null || (defaultedSamples > 0 && init === null)) return null
  return start + explicitDuration + defaultedSamples * (init?.defaultSampleDuration ?? 0)
}
