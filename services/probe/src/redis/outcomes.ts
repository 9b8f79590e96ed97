import { type ProbeOutcome, probeOutcomeKey } from '@pushav/shared/probe-job.ts'
import type { Redis } from 'ioredis'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes as JSON strings; a later probe of the same upload replaces the earlier one. */
export function redisOutcomes(redis: Redis): Outcomes {
  return {
    async done({ stream, upload }) {
      const json = await redis.get(probeOutcomeKey(stream, upload))
      const outcome = json === null ? null : (JSON.parse(json) as ProbeOutcome)
      return outcome?.state === 'done' ? outcome : null
    },
    async save({ stream, upload }, outcome) {
      await redis.set(probeOutcomeKey(stream, upload), JSON.stringify(outcome))
    },
  }
}
