import type { Bench, Row } from './bench.ts'
import { allStoredRow } from './rows/all-stored.ts'
import { connectRows } from './rows/connects.ts'
import { fleetNames, fleetRows } from './rows/fleets.ts'
import { growthRow } from './rows/growth.ts'
import { growthStreamsRow } from './rows/growth-streams.ts'
import { halfRateRow } from './rows/half-rate.ts'
import { limitsNames, limitsRows } from './rows/limits.ts'
import { memoryRow } from './rows/memory.ts'
import { planningRow } from './rows/planning.ts'
import { probeIdleRow } from './rows/probe-idle.ts'
import { probeQueueRow } from './rows/probe-queue.ts'
import { powerRows, uploadRows } from './rows/uploads.ts'
import { externalServer } from './servers/external-server.ts'
import { hasNginx, oneHop, twoHops } from './servers/nginx.ts'
import { pinnedServer } from './servers/pinned-server.ts'
import { uiRows } from './ui/ui-rows.ts'

/** Rows that run only when `--rows` names them, because they take long or compare nothing. */
const byNameOnly = [
  ...fleetNames,
  ...limitsNames,
  ...['growth-streams', 'planning', '8k-h1-power-c16', '8k-h1-power-c64'],
  ...['ui-live', 'ui-open', 'ui-watchers', 'ui-rate'],
]

/** All rows, in the order in which they are measured. */
export async function rowsOf(bench: Bench): Promise<Row[]> {
  const { options } = bench
  const onDisk = options.disk === 'memory' ? bench : { ...bench, directory: options.disk }
  const others = options.against === null ? [] : [externalServer(bench, options.against)]
  const isBeside = await hasNginx()
  const nginx = isBeside ? { one: [oneHop(bench)], two: [twoHops(bench)] } : { one: [], two: [] }
  const onSameDisk = isBeside ? [oneHop(onDisk), twoHops(onDisk)] : []
  const rows = [
    ...uploadRows(bench, [pinnedServer(bench), ...nginx.one, ...nginx.two, ...others]),
    ...fleetRows(onDisk, [pinnedServer(onDisk), ...onSameDisk, ...others]),
    ...powerRows(onDisk),
    ...limitsRows(bench),
    ...connectRows(bench, [pinnedServer(bench), ...nginx.one, ...others]),
    halfRateRow(bench, [pinnedServer(bench), ...others]),
    probeIdleRow(bench),
    probeQueueRow(bench),
    allStoredRow(bench),
    growthRow(bench),
    growthStreamsRow(bench),
    memoryRow(bench),
    planningRow(bench),
    ...uiRows(bench),
  ]
  const isWanted = ({ name }: Row) =>
    options.rows.some((wanted) => isNamed(name, wanted) && (wanted !== '' || !byNameOnly.includes(name)))
  return rows.filter(isWanted)

  function isNamed(name: string, wanted: string): boolean {
    return name === wanted || (name.startsWith(wanted) && !rows.some((row) => row.name === wanted))
  }
}
