import { destinationOf } from '../relative-url.ts'
import { childrenOf, type Element } from '../xml/xml.ts'

/** One MPD being read: what was come across so far, and how much may still be kept of it. */
export interface ParseBudget {
  absolute: boolean
  outside: boolean
  truncated: boolean
  entriesLeft: number
  runsLeft: number
  segmentsLeft: number
  charactersLeft: number
}

export const startParseBudget = (): ParseBudget => ({
  absolute: false,
  outside: false,
  truncated: false,
  entriesLeft: 100_000,
  runsLeft: 10_000,
  segmentsLeft: 10_000,
  charactersLeft: 1_048_576,
})

/** The path that a URL leads to; null, and noted, when it leads out of the stream. A base of null is outside. */
export function resolve(reading: ParseBudget, base: string | null, url: string): string | null {
  const destination = destinationOf(base ?? '', url)
  if (destination.kind === 'absolute') reading.absolute = true
  if (base === null) return null
  if (destination.kind === 'outside') reading.outside = true
  return destination.kind === 'inside' ? destination.path : null
}

/** What URLs inside an element are relative to. */
export interface Base {
  /** Null: outside the stream. */
  readonly path: string | null
  /** Whether a BaseURL said so, not the manifest's own place. */
  readonly isNamed: boolean
}

/** The base that holds inside an element. Of alternative BaseURLs the first counts, all are looked at. */
export function baseOf(reading: ParseBudget, base: Base, element: Element): Base {
  const [first] = childrenOf(element, 'BaseURL').map(({ text }) => resolve(reading, base.path, text))
  return first === undefined ? base : { path: first, isNamed: true }
}
