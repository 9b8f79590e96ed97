import { setTimeout as after } from 'node:timers/promises'
import { pauseProcess } from '../../server/pause-process.ts'
import type { Bench, Row } from '../bench.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { responseFigures, type Setup } from './setup.ts'

const rate = 200
/** Enough cameras for the rate: without Redis each response takes a second, for which ingest waits for a verdict. */
const cameras = 2 * rate

/** 1: Redis hangs for a minute during uploads. */
export const redisHangsRow = (bench: Bench, { outageSeconds }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '1-redis-hangs',
    cameras,
    async measure({ server, fleet }) {
      using _hung = await pauseProcess(server.standalone, 'redis')
      const sent = await fleet.push({ rate, seconds: outageSeconds, signal: bench.signal })
      return { figures: responseFigures('', sent), faults: [] }
    },
  })

/** 1: Redis is killed during uploads, and the standalone restarts it. */
export const redisKilledRow = (bench: Bench, { seconds }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '1-redis-killed',
    cameras,
    async measure({ server, fleet }) {
      const pushing = fleet.push({ rate, seconds, signal: bench.signal })
      const awayMs = await killTwice(server.standalone, seconds)
      return { figures: { ...responseFigures('', await pushing), awayMs }, faults: [] }
    },
  })

/** Kills Redis, and again while the index catches up. Resolves with the longest outage in milliseconds. */
async function killTwice(server: Setup['server']['standalone'], seconds: number): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 2; turn++) {
    await after((seconds * 1_000) / 3)
    const from = server.log.length
    const begun = performance.now()
    await server.crash('redis')
    await server.logged(/process restarted.*"process":"redis"/, from)
    times.push(performance.now() - begun)
  }
  return Math.max(...times)
}
