import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from './connections.ts'

const key = '{pushav}:store'

/** Which object store the index belongs to. */
export function redisStoreName(redis: RedisClient) {
  return {
    read: () => orUnavailable(redis.get(key)),
    async claim(name: string): Promise<string> {
      await orUnavailable(redis.set(key, name, 'NX'))
      return (await orUnavailable(redis.get(key))) ?? name
    },
  }
}
