import type { RedisClient } from '@pushav/shared/redis/client.ts'

const startBytes = 32

/** The strings that probe workers leave their outcomes in. */
export const redisOutcomes = (redis: RedisClient) => ({
  get: (key: string): Promise<string | null> => redis.get(key),
  del: (key: string): Promise<unknown> => redis.del(key),
  /** The first bytes of each; empty where there is none. */
  starts: (keys: readonly string[]): Promise<readonly string[]> =>
    Promise.all(keys.map((key) => redis.getrange(key, 0, startBytes - 1))),
})
