import { destinationOf } from '../relative-url.ts'
import { childrenOf, type Element } from '../xml/xml.ts'

/** How much of one MPD may still be kept, and what its URLs have shown so far. */
export interface ParseBudget {
  hasAbsoluteUrl: boolean
  leavesStream: boolean
  truncated: boolean
  /** What of it there is too much to compare, in words; null for nothing. */
  excess: string | null
  entriesLeft: number
  runsLeft: number
  segmentsLeft: number
  charactersLeft: number
}

/** SegmentURLs of one MPD; one that several representations share counts for each. */
export const maxListed = 10_000

export const createParseBudget = (): ParseBudget => ({
  hasAbsoluteUrl: false,
  leavesStream: false,
  truncated: false,
  excess: null,
  entriesLeft: 100_000,
  runsLeft: 10_000,
  segmentsLeft: maxListed,
  charactersLeft: 1_048_576,
})

/**
 * The path that a URL leads to; null, and noted in the budget, when it leads out of the stream. A base of
 * null is outside.
 */
export function resolveUrl(budget: ParseBudget, base: string | null, url: string): string | null {
  const destination = destinationOf(base ?? '', url)
  if (destination.kind === 'absolute') budget.hasAbsoluteUrl = true
  if (base === null) return null
  if (destination.kind === 'outside') budget.leavesStream = true
  return destination.kind === 'inside' ? destination.path : null
}

/** What URLs inside an element are relative to. */
export interface Base {
  /** Null: outside the stream. */
  readonly path: string | null
  /** Whether the path comes from a BaseURL; else it is the manifest's own. */
  readonly isNamed: boolean
}

/**
 * The base inside an element. The first of several BaseURLs counts; all of them are resolved, for the budget.
 */
export function baseOf(budget: ParseBudget, base: Base, element: Element): Base {
  const [first] = childrenOf(element, 'BaseURL').map(({ text }) => resolveUrl(budget, base.path, text))
  return first === undefined ? base : { path: first, isNamed: true }
}
