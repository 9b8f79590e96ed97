import { memoize } from '@pushav/shared/lib/memoize.ts'
import { stemOf } from './track-names.ts'

/**
 * Patterns of paths that a manifest lists: each `#` stands for digits. Runs of digits that differ from path to path
 * count, and the last one of each path. At most four; none where the names have too little in common.
 */
export function patternsOf(paths: readonly string[]): readonly string[] {
  const groups = Map.groupBy(
    paths.filter((path) => !path.includes('#')),
    (path) => path.replace(/\d+/g, '#'),
  )
  return groups.size > maxPatterns ? [] : [...groups.values()].map(patternOf)
}
const maxPatterns = 4

function patternOf([first = '', ...others]: readonly string[]): string {
  const runs = runsIn(first)
  const counter = runsIn(stemOf(first)).length - 1
  const counts = runs.map((run, at) => at === counter || others.some((other) => runsIn(other)[at] !== run))
  let at = -1
  return first.replace(/\d+/g, (run) => (counts[++at] ? '#' : run))
}

const runsIn = (text: string): readonly string[] => text.match(/\d+/g) ?? []

/** Whether a path is one of those that a pattern stands for. */
export const matchesPattern = (pattern: string, path: string): boolean =>
  regularExpressionOf(pattern).test(path)

const regularExpressionOf = memoize(
  (pattern) => new RegExp(`^${pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('#', '\\d+')}$`),
  { maxKeyLength: 1_024 },
)
