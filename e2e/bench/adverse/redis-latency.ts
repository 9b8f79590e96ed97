import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { startRelay } from '../../server/redis-latency-relay.ts'
import type { Bench, Row } from '../bench.ts'
import { conditionRow, type Hardness } from './condition.ts'
import { answersOf } from './setup.ts'

const rate = 100
const delayMs = 100

/** 2: each round trip to Redis takes 100 ms longer. */
export const redisLateRow = (bench: Bench, { seconds }: Hardness): Row =>
  conditionRow(bench, {
    name: '2-redis-late',
    cameras: 2 * rate,
    async start(built) {
      const redis = built.use(await startRedisServer())
      const relay = built.use(await startRelay(redis.path, delayMs))
      return { flags: ['--redis', relay.path] }
    },
    async suffer({ fleet }) {
      const sent = await fleet.push({ rate, seconds, signal: bench.signal })
      return { figures: answersOf('', sent), faults: [] }
    },
  })
