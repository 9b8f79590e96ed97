import type { InitFacts, MediaFacts } from '../inspection.ts'
import { mediaDuration } from '../media-duration.ts'
import type { TopBox } from './box-scanner.ts'
import { createMediaFacts } from './media-facts.ts'
import { isSync, type Moof } from './moof.ts'
import { areChunkBrands, type SegmentPrefix } from './segment-prefix.ts'

/**
 * A part of one long request that could have been a request of its own: bytes `from` up to, not with, `to`.
 */
export type Part =
  | { readonly kind: 'init'; readonly from: number; readonly to: number; readonly facts: InitFacts }
  | { readonly kind: 'segment'; readonly from: number; readonly to: number; readonly facts: MediaFacts }
  /** An empty mfra: the track has ended. */
  | { readonly kind: 'end'; readonly from: number; readonly to: number }

interface OpenSegment {
  readonly from: number
  /** End of its last complete box. */
  to: number
  readonly startsWithStyp: boolean
  readonly mediaFacts: ReturnType<typeof createMediaFacts>
}

/** Where every chunk starts with a sync sample, as in audio, a segment lasts at least this long. */
const minSegmentSeconds = 0.5

/**
 * Splits DASH-IF Interface-1's long request into header and segments. A segment that starts with a styp ends
 * at the next styp; another at the next moof that starts with a sync sample. Without a header and a styp
 * nothing distinguishes a chunk from a segment, so all chunks are one segment.
 */
export function createSegmenter(onPart: (part: Part) => void) {
  let segment: OpenSegment | null = null
  let init: InitFacts | null = null
  let hasEnded = false

  return { addHeader, addMoof, addMdat, close, endTrack, limitDefaultSize }

  /** A header, from its ftyp up to the end of its moov, begins a new run of segments. */
  function addHeader(from: number, to: number, facts: InitFacts): void {
    close()
    init = facts
    hasEnded = false
    onPart({ kind: 'init', from, to, facts })
  }

  /** As for the facts of a whole upload. */
  function limitDefaultSize(trackId: number, max: number): void {
    segment?.mediaFacts.limitDefaultSize(trackId, max)
  }

  function addMoof(box: TopBox, facts: Moof, prefix: SegmentPrefix | null, missingFront: number): void {
    const startsWithStyp = prefix !== null && isSegmentStyp(prefix.brands)
    const startsNew = startsWithStyp ? mayBegin(facts) : !segment?.startsWithStyp && startsWithLateSync(facts)
    if (startsNew) close()
    segment ??= {
      from: prefix?.start ?? box.start,
      to: box.end,
      startsWithStyp,
      mediaFacts: createMediaFacts(),
    }
    segment.mediaFacts.add(facts, { prefix, init, missingFront })
    segment.to = box.end
    hasEnded = false
  }

  /** Adds an mdat to the open segment; false when there is none. */
  function addMdat(box: TopBox): boolean {
    if (segment) segment.to = box.end
    return segment !== null
  }

  /** Ends the open segment, if there is one. */
  function close(): void {
    const facts = segment?.mediaFacts.facts()
    if (segment && facts) onPart({ kind: 'segment', from: segment.from, to: segment.to, facts })
    segment = null
  }

  /** An empty mfra: ends the track. A second one in a row changes nothing. */
  function endTrack(box: TopBox): void {
    close()
    if (hasEnded) return
    hasEnded = true
    onPart({ kind: 'end', from: box.start, to: box.end })
  }

  /** Without a header, a styp before a non-sync sample may be that of a chunk, for any brands. */
  function mayBegin({ trafs: [first] }: Moof): boolean {
    return init !== null || first?.startsWithSync !== false
  }

  /** Moofs of other tracks, which CMAF does not allow, stay in the open segment. */
  function startsWithLateSync({ trafs: [first] }: Moof): boolean {
    const facts = segment?.mediaFacts.facts()
    if (!init || !facts || first?.trackId !== facts.trackId) return false
    return lastsLongEnough(init, facts) && (first.startsWithSync ?? isSync(init.defaultSampleFlags))
  }
}

function lastsLongEnough({ timescale, defaultSampleDuration }: InitFacts, media: MediaFacts): boolean {
  return mediaDuration(media, defaultSampleDuration) >= minSegmentSeconds * timescale
}

const isSegmentStyp = (brands: readonly string[]): boolean => brands.length > 0 && !areChunkBrands(brands)
