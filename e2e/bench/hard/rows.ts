import type { Bench, Row } from '../bench.ts'
import { backlogRow } from './backlog.ts'
import type { Hardness } from './condition.ts'
import { diskLateRow } from './disk-late.ts'
import { idleCrowdRow } from './idle-crowd.ts'
import { memoryHardRow } from './memory.ts'
import { redisHangsRow, redisKilledRow } from './redis-away.ts'
import { redisLateRow } from './redis-late.ts'
import { slowCrowdsRow } from './slow-crowds.ts'
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
