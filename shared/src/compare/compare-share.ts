import type { ComparisonVerdict } from '../api/evidence/compare.ts'

/** How many of how many uploads; `of` is null where that is not known. */
export interface Share {
  readonly count: number
  readonly of: number | null
}

const relativeTolerance = 0.1

/**
 * Two shares of which less is better. They are equal within a tenth of the first, or within one upload where the
 * first has any: recordings differ in length. Where one total is unknown, the counts are compared.
 */
export function compareShares(a: Share, b: Share): ComparisonVerdict {
  const verdict = (difference: number) => (difference > 0 ? 'worse' : 'better')
  if (a.count === 0 || b.count === 0) return a.count === b.count ? 'equal' : verdict(b.count - a.count)
  if (a.of === null || b.of === null)
    return Math.abs(b.count - a.count) <= a.count * relativeTolerance ? 'equal' : verdict(b.count - a.count)
  const difference = b.count / b.of - a.count / a.of
  return Math.abs(difference) <= shareTolerance(a, b) ? 'equal' : verdict(difference)
}

/** Up to which difference two shares, as numbers from 0 to 1, are equal. */
export function shareTolerance(a: Share, b: Share): number {
  if (a.count === 0 || b.count === 0 || !a.of || !b.of) return 0
  return Math.max((a.count / a.of) * relativeTolerance, 1 / Math.min(a.of, b.of))
}
