import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisQueries } from '../../streams/redis/queries.ts'
import { redisStreamPages } from '../../streams/redis/stream-pages.ts'
import type { Index } from '../ports.ts'
import { redisCommits } from './commits.ts'
import { redisIndexFormat } from './index-format.ts'

/** The index as Redis hashes and lists. */
export const redisIndex = (redis: RedisClient): Index => ({
  ...redisCommits(redis),
  ...redisQueries(redis),
  ...redisStreamPages(redis),
  ...redisIndexFormat(redis),
})
