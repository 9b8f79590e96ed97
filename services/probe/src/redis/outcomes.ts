import { eventStream, type ServerEvent } from '@pushav/shared/events.ts'
import { decodeOutcome, decodeState, encodeOutcome } from '@pushav/shared/outcome-codec.ts'
import { type ProbeJob, probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes in a hash for each stream; a later probe of the same upload replaces the earlier one. Each is told to the feed. */
export function redisOutcomes(redis: RedisClient, now: () => Date): Outcomes {
  return {
    async done({ stream, upload }) {
      const kept = await redis.hgetBuffer(probeOutcomesKey(stream), upload)
      return kept && decodeState(kept) === 'done' ? decodeOutcome(kept) : null
    },
    async save(job, outcome) {
      const events = JSON.stringify([probed(job, outcome.state, now().toISOString())])
      await Promise.all([
        redis.hset(probeOutcomesKey(job.stream), job.upload, encodeOutcome(outcome)),
        redis.xadd(eventStream.key, 'MAXLEN', '~', eventStream.maxEntries, '*', eventStream.field, events),
      ])
    },
  }
}

const probed = ({ stream, upload, path }: ProbeJob, state: 'done' | 'failed', at: string): ServerEvent => ({
  kind: 'upload-probed',
  ...{ stream, upload, path, state, at },
})
