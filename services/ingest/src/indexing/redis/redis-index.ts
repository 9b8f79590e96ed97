import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { StreamQueries } from '../../streams/ports.ts'
import { redisQueries } from '../../streams/redis/queries.ts'
import { redisStreamPages } from '../../streams/redis/stream-pages.ts'
import type { IndexAdmin, IndexPosition, ProbeOutbox } from '../ports.ts'
import { redisCommits } from './commits.ts'
import { redisIndexAdmin } from './index-admin.ts'
import { redisProbeOutbox } from './probe-outbox.ts'
import { createStreamCache } from './stream-cache.ts'

/** The index as Redis hashes and lists. */
export function redisIndex(redis: RedisClient): IndexPosition & ProbeOutbox & IndexAdmin & StreamQueries {
  const cache = createStreamCache()
  return {
    ...redisCommits(redis, cache),
    ...redisProbeOutbox(redis),
    ...redisIndexAdmin(redis, cache),
    ...redisQueries(redis),
    ...redisStreamPages(redis),
  }
}
