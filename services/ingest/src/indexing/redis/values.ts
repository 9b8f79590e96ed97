import type { RedisClient } from '@pushav/shared/redis/client.ts'

/** JSON that this process or another of its version wrote. */
export const parse = <Value>(json: string | null | undefined): Value | null =>
  json ? (JSON.parse(json) as Value) : null

/** HMGET, also of no fields. */
export const hmget = (
  redis: RedisClient,
  key: string,
  fields: readonly string[],
): Promise<(string | null)[]> => (fields.length === 0 ? Promise.resolve([]) : redis.hmget(key, ...fields))
