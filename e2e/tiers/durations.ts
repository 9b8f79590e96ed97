import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Seconds that a test file or bundle takes, by its path from the repository's root. Those of less than half a second are left out. */
export type Durations = Readonly<Record<string, number>>

const path = join(import.meta.dirname, 'durations.json')

/** As `npm test -- --measure` wrote them last. */
export const readDurations = (): Durations => JSON.parse(readFileSync(path, 'utf8'))

export const writeDurations = (durations: Durations): void =>
  writeFileSync(path, `${JSON.stringify(durations, null, 2)}\n`)

/** What was known, with the lines of record-durations.ts in the place of what was known of their files. */
export function withMeasured(known: Durations, lines: string): Durations {
  const measured = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([ms, file = '']) => [file, Math.round(Number(ms) / 1_000)] as const)
  const all = Object.entries({ ...known, ...Object.fromEntries(measured) })
  return Object.fromEntries(all.filter(([, seconds]) => seconds > 0).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What takes longest comes first, so that no worker is left alone with it at the end. */
export function longestFirst(files: readonly string[], durations: Durations): readonly string[] {
  const secondsOf = (file: string) => durations[file] ?? 0
  return [...files].sort((a, b) => secondsOf(b) - secondsOf(a))
}
