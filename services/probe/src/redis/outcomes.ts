import { type FeedEvent, feed } from '@pushav/shared/feed.ts'
import { type ProbeJob, type ProbeOutcome, probeOutcomeKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Outcomes } from '../use-cases/ports.ts'

/** Outcomes as JSON strings; a later probe of the same upload replaces the earlier one. Each is told to the feed. */
export function redisOutcomes(redis: RedisClient, now: () => Date): Outcomes {
  return {
    async done({ stream, upload }) {
      const json = await redis.get(probeOutcomeKey(stream, upload))
      const outcome = json === null ? null : (JSON.parse(json) as ProbeOutcome)
      return outcome?.state === 'done' ? outcome : null
    },
    async save(job, outcome) {
      const events = JSON.stringify([probed(job, outcome.state, now().toISOString())])
      await Promise.all([
        redis.set(probeOutcomeKey(job.stream, job.upload), JSON.stringify(outcome)),
        redis.xadd(feed.key, 'MAXLEN', '~', feed.mostEntries, '*', feed.field, events),
      ])
    },
  }
}

const probed = ({ stream, upload, path }: ProbeJob, state: 'done' | 'failed', at: string): FeedEvent => ({
  kind: 'upload-probed',
  ...{ stream, upload, path, state, at },
})
