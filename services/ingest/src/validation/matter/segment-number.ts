import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { isInOrder } from '../media/overtaken-segment.ts'
import { firstSegmentNumber } from '../object-name.ts'
import type { Track } from '../state.ts'

/** The number of a segment compared with those before it in its track. */
interface NumberCheck {
  readonly findings: readonly Finding[]
  /** Whether the segment follows the one before without a gap. */
  readonly isNext: boolean
  /** Whether the number is higher than all before. */
  readonly isForward: boolean
  /** Whether the segment replaces one that came before. */
  readonly isReplacement: boolean
}

const lastSegmentNumber = 9_999

/**
 * Checks that numbers run from 1001 to 9999 without a gap. After a gap, the number after the received one is
 * expected.
 */
export function checkSegmentNumber(context: Context, track: Track, isKnown: boolean): NumberCheck {
  const { name, previous } = context
  const received = name.number ?? firstSegmentNumber
  const expected = (track.lastNumber ?? firstSegmentNumber - 1) + 1
  const isForward = received >= expected || track.lastNumber === null
  const check = { isNext: received === expected, isForward, isReplacement: false }
  if (isKnown && previous !== null) {
    const message = `expected segment_${expected} of ${excerpt(track.name)}, received segment_${received} again with other bytes; they replace the first`
    return { ...check, isReplacement: true, findings: [finding('path-reused', message)] }
  }
  if (received < firstSegmentNumber) {
    return {
      ...check,
      findings: [
        finding('segment-number-low', `expected numbers from ${firstSegmentNumber}, received ${received}`),
      ],
    }
  }
  if (received > lastSegmentNumber) {
    return {
      ...check,
      findings: [
        finding('segment-number-high', `expected numbers up to ${lastSegmentNumber}, received ${received}`),
      ],
    }
  }
  // An upload that was cut off has its own finding; its number is not reported as a gap as well.
  const isAfterCutOff = track.cutOffNumber === expected && received === expected + 1
  if (received === expected || isAfterCutOff || !isInOrder(context, track)) return { ...check, findings: [] }
  const isLate = received < expected ? ' late' : ''
  const message = `expected segment_${expected} of ${excerpt(track.name)}, received segment_${received}${isLate}`
  return { ...check, findings: [finding('segment-number-gap', message)] }
}
