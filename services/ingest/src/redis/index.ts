import type { Redis } from 'ioredis'
import type { Index } from '../use-cases/ports.ts'
import { redisAnswers } from './answers.ts'
import { redisProgress } from './progress.ts'

/** The index as Redis hashes and lists. */
export const redisIndex = (redis: Redis): Index => ({ ...redisProgress(redis), ...redisAnswers(redis) })
