import type { Redis } from 'ioredis'

export const parse = <Value>(json: string | null | undefined): Value | null =>
  json ? (JSON.parse(json) as Value) : null

/** HMGET, also of no fields. */
export const hmget = (redis: Redis, key: string, fields: readonly string[]): Promise<(string | null)[]> =>
  fields.length === 0 ? Promise.resolve([]) : redis.hmget(key, ...fields)
