import type { InitFacts, MediaFacts } from '../inspection.ts'
import type { TopBox } from './box-scanner.ts'
import { createMediaFacts } from './media-facts.ts'
import { isSync, type Moof } from './moof.ts'
import type { Lead } from './segment-prefix.ts'

/** A part of one long request that could have been a request of its own: bytes `from` up to, not with, `to`. */
export type Part =
  | { readonly kind: 'init'; readonly from: number; readonly to: number; readonly facts: InitFacts }
  | { readonly kind: 'segment'; readonly from: number; readonly to: number; readonly facts: MediaFacts }
  /** An empty mfra: the track has ended. */
  | { readonly kind: 'end'; readonly from: number; readonly to: number }

interface Segment {
  readonly from: number
  /** End of the last of its boxes that is complete. */
  to: number
  readonly isLedByStyp: boolean
  readonly tally: ReturnType<typeof createMediaFacts>
}

/** Where every chunk starts with a sync sample, as those of sound do, a segment lasts at least this long. */
const shortestSegmentSeconds = 0.5

/**
 * Cuts DASH-IF Interface-1's long request into header and segments. Where a styp led to a segment the
 * next styp ends it; else the next moof that starts with a sync sample does. Without a header and without
 * styp there is nothing to tell a chunk from a segment, so that all is one.
 */
export function createSegmenter(onPart: (part: Part) => void) {
  let segment: Segment | null = null
  let init: InitFacts | null = null
  let hasEnded = false

  return { header, moof, mdat, close, end }

  /** ftyp up to moov. */
  function header(from: number, to: number, facts: InitFacts): void {
    close()
    init = facts
    hasEnded = false
    onPart({ kind: 'init', from, to, facts })
  }

  function moof(box: TopBox, facts: Moof, lead: Lead | null): void {
    const isLedByStyp = lead !== null && isSegmentStyp(lead.brands)
    const cuts = isLedByStyp ? mayBegin(facts) : !segment?.isLedByStyp && goesOnWithSync(facts)
    if (cuts) close()
    segment ??= { from: lead?.start ?? box.start, to: box.end, isLedByStyp, tally: createMediaFacts() }
    segment.tally.add(facts, lead, init)
    segment.to = box.end
    hasEnded = false
  }

  /** Whether it belongs to a segment. */
  function mdat(box: TopBox): boolean {
    if (segment) segment.to = box.end
    return segment !== null
  }

  /** What comes next cannot belong to the segment any more. */
  function close(): void {
    const facts = segment?.tally.facts()
    if (segment && facts) onPart({ kind: 'segment', from: segment.from, to: segment.to, facts })
    segment = null
  }

  /** Once, however often it is said. */
  function end(box: TopBox): void {
    close()
    if (hasEnded) return
    hasEnded = true
    onPart({ kind: 'end', from: box.start, to: box.end })
  }

  /** Without a header this may be one segment of which every chunk has a styp that does not say so. */
  function mayBegin({ trafs: [first] }: Moof): boolean {
    return init !== null || first?.startsWithSync !== false
  }

  /** Other tracks' moofs in between, which CMAF does not know, stay with the segment's own. */
  function goesOnWithSync({ trafs: [first] }: Moof): boolean {
    const facts = segment?.tally.facts()
    if (!init || !facts || first?.trackId !== facts.trackId) return false
    return lastsLongEnough(init, facts) && (first.startsWithSync ?? isSync(init.defaultSampleFlags))
  }
}

function lastsLongEnough({ timescale, defaultSampleDuration }: InitFacts, media: MediaFacts): boolean {
  const duration = media.explicitDuration + media.defaultedSamples * defaultSampleDuration
  return duration >= shortestSegmentSeconds * timescale
}

/** CMAF, 7.3.3.3: a styp that says cmfl and no more is a chunk's own. */
const isSegmentStyp = (brands: readonly string[]): boolean =>
  brands.length > 0 && !(brands.includes('cmfl') && !brands.some((brand) => segmentBrands.includes(brand)))
const segmentBrands = ['cmfs', 'cmff', 'msdh', 'msix']
