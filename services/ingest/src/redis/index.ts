import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Index } from '../use-cases/ports.ts'
import { redisAnswers } from './answers.ts'
import { redisIndexFormat } from './index-format.ts'
import { redisProgress } from './progress.ts'
import { redisStreamLists } from './stream-lists.ts'

/** The index as Redis hashes and lists. */
export const redisIndex = (redis: RedisClient): Index => ({
  ...redisProgress(redis),
  ...redisAnswers(redis),
  ...redisStreamLists(redis),
  ...redisIndexFormat(redis),
})
