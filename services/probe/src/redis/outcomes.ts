import { probeOutcomeKey } from '@pushav/shared/probe-job.ts'
import type { Redis } from 'ioredis'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes as JSON strings; a later probe of the same upload replaces the earlier one. */
export function redisOutcomes(redis: Redis): Outcomes {
  return {
    async save({ stream, upload }, outcome) {
      await redis.set(probeOutcomeKey(stream, upload), JSON.stringify(outcome))
    },
  }
}
