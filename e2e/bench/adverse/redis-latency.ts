import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { startLatencyRelay } from '../../server/redis-latency-relay.ts'
import type { Bench, Row } from '../bench.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { responseFigures } from './setup.ts'

const rate = 100
const delayMs = 100

/** 2: each round trip to Redis takes 100 ms longer. */
export const redisLatencyRow = (bench: Bench, { seconds }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '2-redis-late',
    cameras: 2 * rate,
    async start(built) {
      const redis = built.use(await startRedisServer())
      const relay = built.use(await startLatencyRelay(redis.path, delayMs))
      return { flags: ['--redis', relay.path] }
    },
    async measure({ fleet }) {
      const sent = await fleet.push({ rate, seconds, signal: bench.signal })
      return { figures: responseFigures('', sent), faults: [] }
    },
  })
