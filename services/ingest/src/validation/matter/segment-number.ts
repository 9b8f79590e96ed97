import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import type { Track } from '../state.ts'

/** Where a segment stands among those of its track. */
export interface Numbered {
  readonly findings: readonly Finding[]
  /** It follows the segment before it without a gap. */
  readonly isNext: boolean
  /** It is further on than all before it. */
  readonly isForward: boolean
  /** It takes the place of one that came before. */
  readonly isReplacement: boolean
}

const first = 1_001
const last = 9_999

/** Numbers run from 1001 without a gap; after one, the number behind the received one is expected. */
export function judgeSegmentNumber({ name, previous }: Context, track: Track, isKnown: boolean): Numbered {
  const received = name.number ?? first
  const expected = (track.lastNumber ?? first - 1) + 1
  const isForward = received >= expected || track.lastNumber === null
  const place = { isNext: received === expected, isForward, isReplacement: false }
  if (isKnown && previous !== null) {
    const message = `expected segment_${expected} of ${shown(track.name)}, received segment_${received} again with other bytes; they replace the first`
    return { ...place, isReplacement: true, findings: [find('path-reused', message)] }
  }
  if (received < first) {
    return {
      ...place,
      findings: [find('segment-number-low', `expected numbers from ${first}, received ${received}`)],
    }
  }
  if (received > last) {
    return {
      ...place,
      findings: [find('segment-number-high', `expected numbers up to ${last}, received ${received}`)],
    }
  }
  // A cut-off upload has its own finding; what it leaves open is no second cause.
  const isAfterCutOff = track.cutOffNumber === expected && received === expected + 1
  if (received === expected || isAfterCutOff) return { ...place, findings: [] }
  const isLate = received < expected ? ' late' : ''
  const message = `expected segment_${expected} of ${shown(track.name)}, received segment_${received}${isLate}`
  return { ...place, findings: [find('segment-number-gap', message)] }
}
