import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { ChangeCounts } from '../ports.ts'

const key = '{pushav}:shared-files'

/** A hash with a counter for each folder. */
export function redisChangeCounts(redis: RedisClient): ChangeCounts {
  return {
    read: () => orUnavailable(redis.hgetall(key)),
    add: async (folder) => void (await orUnavailable(redis.hincrby(key, folder, 1))),
  }
}
