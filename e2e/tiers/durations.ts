import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Seconds of test files and bundles, by path from the repository's root; without those below half a second. */
export type Durations = Readonly<Record<string, number>>

const path = join(import.meta.dirname, 'durations.json')

/** Reads the durations that `npm test -- --measure` has written last. */
export const readDurations = (): Durations => JSON.parse(readFileSync(path, 'utf8'))

export const writeDurations = (durations: Durations): void =>
  writeFileSync(path, `${JSON.stringify(durations, null, 2)}\n`)

/** The known durations, updated with the lines of record-durations.ts. */
export function withMeasured(known: Durations, lines: string): Durations {
  const measured = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([ms, file = '']) => [file, Math.round(Number(ms) / 1_000)] as const)
  const all = Object.entries({ ...known, ...Object.fromEntries(measured) })
  return Object.fromEntries(all.filter(([, seconds]) => seconds > 0).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Sorts files so that the longest runs first: otherwise it might run alone at the end. */
export function longestFirst(files: readonly string[], durations: Durations): readonly string[] {
  const secondsOf = (file: string) => durations[file] ?? 0
  return [...files].sort((a, b) => secondsOf(b) - secondsOf(a))
}
