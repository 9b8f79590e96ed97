import { readFileSync } from 'node:fs'
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

/** A Lua script from its file, without its comments, because it is sent with every call. */
export const luaScript = (file: string): string => readFileSync(file, 'utf8').replace(/^--.*\n/gm, '')
