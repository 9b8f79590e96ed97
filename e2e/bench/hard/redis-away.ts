import { setTimeout as after } from 'node:timers/promises'
import { stopped } from '../../support/signals.ts'
import type { Bench, Row } from '../bench.ts'
import { conditionRow, type Hardness } from './condition.ts'
import { answersOf, type Scene } from './scene.ts'

const rate = 200
/** Without Redis each answer takes the second for which ingest waits for a verdict. */
const cameras = 2 * rate

/** 1: Redis hangs for a minute while uploads come. */
export const redisHangsRow = (bench: Bench, { outageSeconds }: Hardness): Row =>
  conditionRow(bench, {
    name: '1-redis-hangs',
    cameras,
    async suffer({ ours, fleet }) {
      using _hung = await stopped(ours.server, 'redis')
      const sent = await fleet.push({ rate, seconds: outageSeconds, signal: bench.signal })
      return { figures: answersOf('', sent), faults: [] }
    },
  })

/** 1: Redis is killed while uploads come, and started again by the standalone. */
export const redisKilledRow = (bench: Bench, { seconds }: Hardness): Row =>
  conditionRow(bench, {
    name: '1-redis-killed',
    cameras,
    async suffer({ ours, fleet }) {
      const pushing = fleet.push({ rate, seconds, signal: bench.signal })
      const awayMs = await killTwice(ours.server, seconds)
      return { figures: { ...answersOf('', await pushing), awayMs }, faults: [] }
    },
  })

/** Once more while the index is still catching up; the longest time that it was away. */
async function killTwice(server: Scene['ours']['server'], seconds: number): Promise<number> {
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
