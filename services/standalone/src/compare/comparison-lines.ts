import type { Comparison, ComparisonRow } from '@pushav/shared/api/evidence/compare.ts'
import { printable } from '@pushav/shared/lib/printable.ts'

/** A comparison as lines of text: the verdict, then the rows that differ, or with `showsAll` all rows. */
export function comparisonLines(comparison: Comparison, showsAll: boolean): readonly string[] {
  const { a, b, verdict, counts, rows } = comparison
  const sums = (['worse', 'better', 'different', 'equal'] as const).map((word) => `${counts[word]} ${word}`)
  const shown = rows.filter((row) => showsAll || row.verdict !== 'equal')
  return [
    `${sideName(b)} against ${sideName(a)}: ${verdict} (${sums.join(', ')})`,
    ...(a.uploads === null || b.uploads === null
      ? ['  a report has no metrics: its rules alone are compared']
      : []),
    ...shown.map(rowLine),
  ].map(printable)
}

const sideName = ({ stream_id: stream, session }: Comparison['a']): string =>
  `stream ${stream}${session === null ? '' : `, session ${session}`}`

function rowLine({ about, name, track, a, b, unit, verdict, severity }: ComparisonRow): string {
  const what = about === 'rule' ? `${severity} ${name}` : track === null ? name : `${track} ${name}`
  return `  ${verdict.padEnd(9)} ${what}: ${valueWords(a, unit)} -> ${valueWords(b, unit)}`
}

function valueWords(value: ComparisonRow['a'], unit: ComparisonRow['unit']): string {
  if (value === null) return 'none'
  return typeof value === 'number' && unit !== null ? `${value} ${unit}` : String(value)
}
