import { type FeedEvent, feed } from '@pushav/shared/feed.ts'
import { keepOutcome, keptOutcome, keptState } from '@pushav/shared/kept-outcome.ts'
import { type ProbeJob, probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes in a hash for each stream; a later probe of the same upload replaces the earlier one. Each is told to the feed. */
export function redisOutcomes(redis: RedisClient, now: () => Date): Outcomes {
  return {
    async done({ stream, upload }) {
      const kept = await redis.hgetBuffer(probeOutcomesKey(stream), upload)
      return kept && keptState(kept) === 'done' ? keptOutcome(kept) : null
    },
    async save(job, outcome) {
      const events = JSON.stringify([probed(job, outcome.state, now().toISOString())])
      await Promise.all([
        redis.hset(probeOutcomesKey(job.stream), job.upload, keepOutcome(outcome)),
        redis.xadd(feed.key, 'MAXLEN', '~', feed.mostEntries, '*', feed.field, events),
      ])
    },
  }
}

const probed = ({ stream, upload, path }: ProbeJob, state: 'done' | 'failed', at: string): FeedEvent => ({
  kind: 'upload-probed',
  ...{ stream, upload, path, state, at },
})
