import type { ComparisonVerdict } from '../api/evidence/compare.ts'

/** `count` of `of` uploads; `of` is null when the total is not known. */
export interface Share {
  readonly count: number
  readonly of: number | null
}

const relativeTolerance = 0.1

/**
 * Compares two shares, of which less is better. If neither is zero, they are equal within a tenth of the first, and
 * within one upload, because recordings differ in length. Compares the counts if a total is unknown.
 */
export function compareShares(a: Share, b: Share): ComparisonVerdict {
  const verdict = (difference: number) => (difference > 0 ? 'worse' : 'better')
  if (a.count === 0 || b.count === 0) return a.count === b.count ? 'equal' : verdict(b.count - a.count)
  if (a.of === null || b.of === null)
    return Math.abs(b.count - a.count) <= a.count * relativeTolerance ? 'equal' : verdict(b.count - a.count)
  const difference = b.count / b.of - a.count / a.of
  return Math.abs(difference) <= shareTolerance(a, b) ? 'equal' : verdict(difference)
}

/** The difference up to which two shares, as numbers from 0 to 1, count as equal. */
export function shareTolerance(a: Share, b: Share): number {
  if (a.count === 0 || b.count === 0 || !a.of || !b.of) return 0
  return Math.max((a.count / a.of) * relativeTolerance, 1 / Math.min(a.of, b.of))
}
