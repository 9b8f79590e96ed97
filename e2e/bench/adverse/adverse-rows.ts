import type { Bench, Row } from '../bench.ts'
import type { Hardness } from './condition.ts'
import { idleCrowdRow } from './idle-connections.ts'
import { memoryHardRow } from './large-bodies.ts'
import { backlogRow } from './probe-backlog.ts'
import { redisLateRow } from './redis-latency.ts'
import { redisHangsRow, redisKilledRow } from './redis-outage.ts'
import { slowCrowdsRow } from './slow-clients.ts'
import { diskLateRow } from './slow-disk.ts'
import { streamFloodRow } from './stream-flood.ts'

/** The chosen conditions, by the number that their names begin with. */
export function hardRows(bench: Bench, hardness: Hardness): Row[] {
  const makers = [
    redisHangsRow,
    redisKilledRow,
    redisLateRow,
    diskLateRow,
    slowCrowdsRow,
    idleCrowdRow,
    streamFloodRow,
    memoryHardRow,
    backlogRow,
  ]
  const rows = makers.map((rowOf) => rowOf(bench, hardness))
  const { chosen } = hardness
  return rows.filter(({ name }) => chosen.length === 0 || chosen.includes(Number.parseInt(name, 10)))
}
