import type { Bench, Row } from '../bench.ts'
import type { AdverseOptions } from './condition.ts'
import { idleConnectionsRow } from './idle-connections.ts'
import { largeBodiesRow } from './large-bodies.ts'
import { probeBacklogRow } from './probe-backlog.ts'
import { redisLatencyRow } from './redis-latency.ts'
import { redisHangsRow, redisKilledRow } from './redis-outage.ts'
import { slowClientsRow } from './slow-clients.ts'
import { slowDiskRow } from './slow-disk.ts'
import { streamFloodRow } from './stream-flood.ts'

/** The rows of the chosen conditions. The comment of each row begins with its number. */
export function adverseRows(bench: Bench, adverse: AdverseOptions): Row[] {
  const makers = [
    redisHangsRow,
    redisKilledRow,
    redisLatencyRow,
    slowDiskRow,
    slowClientsRow,
    idleConnectionsRow,
    streamFloodRow,
    largeBodiesRow,
    probeBacklogRow,
  ]
  const rows = makers.map((rowOf) => rowOf(bench, adverse))
  const { chosen } = adverse
  return rows.filter(({ name }) => chosen.length === 0 || chosen.includes(Number.parseInt(name, 10)))
}
