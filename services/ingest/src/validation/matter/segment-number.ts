import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { isInOrder } from '../media/overtaken-segment.ts'
import type { Track } from '../state.ts'

/** The number of a segment compared with those before it in its track. */
interface NumberCheck {
  readonly findings: readonly Finding[]
  /** Whether it follows the segment before it without a gap. */
  readonly isNext: boolean
  /** Whether it is higher than all before it. */
  readonly isForward: boolean
  /** Whether it replaces one that came before. */
  readonly isReplacement: boolean
}

const first = 1_001
const last = 9_999

/**
 * Checks that numbers run from 1001 to 9999 without a gap. After a gap, the number after the received one is
 * expected.
 */
export function checkSegmentNumber(context: Context, track: Track, isKnown: boolean): NumberCheck {
  const { name, previous } = context
  const received = name.number ?? first
  const expected = (track.lastNumber ?? first - 1) + 1
  const isForward = received >= expected || track.lastNumber === null
  const check = { isNext: received === expected, isForward, isReplacement: false }
  if (isKnown && previous !== null) {
    const message = `expected segment_${expected} of ${excerpt(track.name)}, received segment_${received} again with other bytes; they replace the first`
    return { ...check, isReplacement: true, findings: [finding('path-reused', message)] }
  }
  if (received < first) {
    return {
      ...check,
      findings: [finding('segment-number-low', `expected numbers from ${first}, received ${received}`)],
    }
  }
  if (received > last) {
    return {
      ...check,
      findings: [finding('segment-number-high', `expected numbers up to ${last}, received ${received}`)],
    }
  }
  // An upload that was cut off has its own finding; its number is not reported as a gap as well.
  const isAfterCutOff = track.cutOffNumber === expected && received === expected + 1
  if (received === expected || isAfterCutOff || !isInOrder(context, track)) return { ...check, findings: [] }
  const isLate = received < expected ? ' late' : ''
  const message = `expected segment_${expected} of ${excerpt(track.name)}, received segment_${received}${isLate}`
  return { ...check, findings: [finding('segment-number-gap', message)] }
}
