import { eventStream, type ServerEvent } from '@pushav/shared/events.ts'
import { decodeOutcome, decodeState, encodeOutcome } from '@pushav/shared/outcome-codec.ts'
import { type ProbeJob, type ProbeOutcome, probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes in Redis: a hash for each stream has the latest outcome of each upload. `save` also publishes an event. */
export function redisOutcomes(redis: RedisClient, now: () => Date): Outcomes {
  return {
    async findDone({ stream, upload }) {
      const bytes = await redis.hgetBuffer(probeOutcomesKey(stream), upload)
      return bytes && decodeState(bytes) === 'done' ? decodeOutcome(bytes) : null
    },
    async save(job, outcome) {
      const events = JSON.stringify([eventOf(job, outcome.state, now().toISOString())])
      await Promise.all([
        redis.hset(probeOutcomesKey(job.stream), job.upload, encodeOutcome(outcome)),
        redis.xadd(eventStream.key, 'MAXLEN', '~', eventStream.maxEntries, '*', eventStream.field, events),
      ])
    },
  }
}

function eventOf({ stream, upload, path }: ProbeJob, state: ProbeOutcome['state'], at: string): ServerEvent {
  return { kind: 'upload-probed', stream, upload, path, state, at }
}
