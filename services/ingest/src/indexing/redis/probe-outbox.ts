import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { ProbeOutbox } from '../ports.ts'
import { orUnavailable } from './connections.ts'
import { keysOf } from './redis-keys.ts'

/** Probe jobs beside the index, which commits put there together with the verdicts. */
export const redisProbeOutbox = (redis: RedisClient): ProbeOutbox => ({
  async jobs(stream) {
    const waiting = await orUnavailable(redis.hvals(keysOf(stream).jobs))
    return waiting.map((json) => JSON.parse(json) as ProbeJob)
  },
  async forgetJobs(stream, jobs) {
    await orUnavailable(redis.hdel(keysOf(stream).jobs, ...jobs.map(({ upload }) => upload)))
  },
})
