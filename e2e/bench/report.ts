import { availableParallelism, cpus, loadavg } from 'node:os'
import { isPinning } from '../load/cpu-pinning.ts'
import type { Target } from './bench.ts'
import { medianOf, type RowResult } from './measure-row.ts'

/** Whether a target was reached. */
export interface TargetResult {
  readonly row: string
  readonly text: string
  readonly sense: Target['sense']
  readonly limit: Target['limit']
  readonly figure: number | null
  readonly state: 'met' | 'missed' | 'told' | 'not measured'
}

/** The targets of all rows, with the figures that were reached. */
export const checkTargets = (measured: readonly RowResult[]): TargetResult[] =>
  measured.flatMap((row) => row.row.targets.map((target) => checkTarget(row, target)))

function checkTarget(measured: RowResult, { text, sense, limit, figure: of }: Target): TargetResult {
  const figure = of(medianOf(measured))
  return { row: measured.row.name, text, sense, limit, figure, state: stateOf(figure, limit, sense) }
}

function stateOf(
  figure: number | null,
  limit: Target['limit'],
  sense: Target['sense'],
): TargetResult['state'] {
  if (figure === null) return 'not measured'
  if (limit === null) return 'told'
  return (sense === 'at least' ? figure >= limit : figure <= limit) ? 'met' : 'missed'
}

/** The report for people: rows, then targets, then faults. */
export function tables(measured: readonly RowResult[]): string {
  const rows = measured.flatMap((row) => row.row.servers.map((server) => lineOf(row, server)))
  const targets = checkTargets(measured).map(({ row, text, sense, limit, figure, state }) => [
    row,
    text,
    limit === null ? '' : `${sense} ${limit}`,
    figure === null ? '' : shown(figure),
    state,
  ])
  const faults = measured.flatMap(({ row, faults }) => faults.map((fault) => [row.name, fault]))
  if (measured.every(({ runs }) => [...runs.values()].flat().length === 0)) return 'Nothing was measured.\n'
  return [
    table(['row', 'server', 'medians'], rows),
    ...measured.flatMap(gridsOf),
    table(['row', 'target', '', 'reached', ''], targets),
    faults.length === 0 ? 'No request failed, and nothing was lost.\n' : table(['row', 'fault'], faults),
  ].join('\n')
}

function lineOf(measured: RowResult, server: string): string[] {
  const [first] = measured.runs.get(server) ?? []
  if (!first) return [measured.row.name, server, 'not measured']
  const of = medianOf(measured)
  const single = Object.keys(first.figures).filter((name) => !name.includes('@'))
  const figures = single.map((name) => `${name} ${shown(of(server, name) ?? 0)}`)
  return [measured.row.name, server, figures.length > 0 ? figures.join(' · ') : 'see the table below']
}

/** Tables for figures with names like `what@where`, with a column for each `where`. */
function gridsOf(measured: RowResult): string[] {
  return measured.row.servers.flatMap((server) => {
    const names = Object.keys(measured.runs.get(server)?.[0]?.figures ?? {}).filter((name) =>
      name.includes('@'),
    )
    if (names.length === 0) return []
    const [whats = [], wheres = []] = [0, 1].map((at) => [
      ...new Set(names.map((name) => name.split('@')[at] ?? '')),
    ])
    const cell = (what: string, where: string) => medianOf(measured)(server, `${what}@${where}`)
    const lines = whats.map((what) => [what, ...wheres.map((where) => shownOrNot(cell(what, where)))])
    return [table([`${measured.row.name}, ${server}`, ...wheres], lines)]
  })
}

const shownOrNot = (figure: number | null): string => (figure === null ? '' : shown(figure))

const shown = (figure: number): string =>
  Number.isInteger(figure) ? String(figure) : figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0)

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, ...lines]
  const widths = head.map((_, at) => Math.max(...all.map((line) => line[at]?.length ?? 0)))
  const rule = widths.map((width) => '─'.repeat(Math.min(width, 60))).join('  ')
  const drawn = all.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${[drawn[0], rule, ...drawn.slice(1)].join('\n')}\n`
}

/** The report for programs: all figures of all runs. */
export const json = (measured: readonly RowResult[]): string =>
  JSON.stringify(
    {
      at: new Date().toISOString(),
      machine: { cores: availableParallelism(), model: cpus()[0]?.model, load: loadavg(), isPinning },
      node: process.version,
      rows: measured.map(({ row, runs, faults }) => ({
        name: row.name,
        runs: Object.fromEntries(runs),
        faults,
      })),
      targets: checkTargets(measured),
    },
    null,
    2,
  )
