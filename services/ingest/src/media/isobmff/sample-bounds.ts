import type { TopBox } from './box-scanner.ts'
import type { Faults } from './faults.ts'
import type { SampleRange } from './sample-ranges.ts'

/** Samples whose mdat has not come yet. */
interface PendingRange {
  readonly trackId: number
  /** First byte of their moof. */
  readonly moof: number
  readonly from: number
  /** End of the samples whose size is known. */
  to: number
  readonly unsized: number
}

interface Extent {
  readonly from: number
  readonly to: number
}

/** More pending ranges than this count as one that reaches from the first to the last. */
const maxPending = 4_096

/** How many of the newest mdats are known, for samples that lie in front of their moof. */
const maxMdats = 64

interface SampleBoundsDeps {
  readonly report: Faults['reportAt']
  /** Samples of the track lie in their mdat only with a default size of trex up to `max`. */
  readonly limitDefaultSize: (trackId: number, max: number) => void
}

/**
 * Checks that the samples of every moof lie inside an mdat of its segment. Boxes are added in their order,
 * once they are complete. Holds ranges that are still to come, and joins those that touch: one for a moof of
 * CMAF.
 */
export function createSampleBounds({ report, limitDefaultSize }: SampleBoundsDeps) {
  let pending: PendingRange[] = []
  const mdats: Extent[] = []
  let hasForgotten = false
  let faultyMoof = -1

  return { addMoof, addBox, settle, abandon }

  function addMoof({ start, end }: TopBox, ranges: readonly SampleRange[]): void {
    for (const { trackId, from, bytes, unsized } of ranges) {
      const range = { trackId, moof: start, from, to: from + bytes, unsized }
      if (from >= end) addPending(range)
      else if (!isInOlderMdat(range)) reportRange(range)
    }
  }

  /** A box that is no moof, or the moof before its own ranges. */
  function addBox({ type, bodyStart, end }: TopBox): void {
    const body = type === 'mdat' ? { from: bodyStart, to: end } : null
    if (body) addMdat(body)
    if (pending.length === 0) return
    let passed = 0
    for (const range of pending) {
      if (range.from >= end) break
      passed++
      if (!body || !isInside(range, body)) reportRange(range)
      else if (range.unsized > 0)
        limitDefaultSize(range.trackId, Math.floor((body.to - range.to) / range.unsized))
    }
    if (passed > 0) pending = pending.slice(passed)
  }

  function addMdat(body: Extent): void {
    mdats.push(body)
    if (mdats.length <= maxMdats) return
    mdats.shift()
    hasForgotten = true
  }

  /** The segment has ended: what has not come is missing. */
  function settle(): void {
    for (const range of pending) reportRange(range)
    pending = []
  }

  /** The upload breaks off, which is a fault of its own. */
  function abandon(): void {
    pending = []
  }

  function addPending(range: PendingRange): void {
    const last = pending.at(-1)
    const joins =
      last && last.unsized + range.unsized === 0 && range.from >= last.from && range.from <= last.to
    if (joins) last.to = Math.max(last.to, range.to)
    else insert(range)
  }

  function insert(range: PendingRange): void {
    const at = placeOf(range.from)
    if (at === pending.length) pending.push(range)
    else pending.splice(at, 0, range)
    joinAt(at)
    if (pending.length > maxPending) joinAll()
  }

  /** Index of the first range that begins behind `from`. */
  function placeOf(from: number): number {
    let [low, high] = [0, pending.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((pending[middle]?.from ?? 0) <= from) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Joins the range at this index with those that it touches. */
  function joinAt(index: number): void {
    const first = Math.max(0, index - 1)
    for (let at = first; at < pending.length - 1; ) {
      const [one, other] = [pending[at], pending[at + 1]]
      if (!one || !other || one.unsized > 0 || other.unsized > 0 || other.from > one.to) {
        if (at > index) return
        at++
      } else {
        one.to = Math.max(one.to, other.to)
        pending.splice(at + 1, 1)
      }
    }
  }

  function joinAll(): void {
    const [first] = pending
    if (!first) return
    const to = pending.reduce((most, range) => Math.max(most, range.to), 0)
    pending = [{ ...first, to, unsized: 0 }]
  }

  /** Where the mdat is forgotten, nothing is known against the samples. */
  function isInOlderMdat(range: PendingRange): boolean {
    const [oldest] = mdats
    if (hasForgotten && oldest && range.from < oldest.from) return true
    return mdats.some((mdat) => isInside(range, mdat))
  }

  /** One fault for each moof. */
  function reportRange({ moof, from, to, unsized }: PendingRange): void {
    if (moof === faultyMoof) return
    faultyMoof = moof
    const bytes = unsized > 0 ? `from byte ${from} on` : `at bytes ${from} to ${to - 1}`
    report(
      moof,
      `expected the samples of moof at byte ${moof} inside an mdat of its segment; those ${bytes} are not`,
      'samples-outside-mdat',
    )
  }
}

const isInside = (range: Extent, mdat: Extent): boolean => range.from >= mdat.from && range.to <= mdat.to
