import { probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'

/** The outcomes that probe workers store in Redis, encoded; see outcome-codec.ts. */
export const redisOutcomes = (redis: RedisClient) => ({
  get: (stream: string, upload: string): Promise<Buffer | null> =>
    redis.hgetBuffer(probeOutcomesKey(stream), upload),
  /** In the order of the uploads; null where there is none. */
  some: (stream: string, uploads: readonly string[]): Promise<readonly (Buffer | null)[]> =>
    uploads.length === 0 ? Promise.resolve([]) : redis.hmgetBuffer(probeOutcomesKey(stream), ...uploads),
  del: (stream: string, upload: string): Promise<unknown> => redis.hdel(probeOutcomesKey(stream), upload),
})
