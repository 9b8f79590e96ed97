import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RedisClient } from './client.ts'

/** Runs a Lua script with its KEYS and ARGV; resolves with what it returns, and throws the errors of Redis. */
export type RunScript = (
  redis: RedisClient,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>

/** A script that is named by its digest; its text is sent to a server that does not have it, such as a new primary. */
export function redisScript(lua: string): RunScript {
  const digest = createHash('sha1').update(lua).digest('hex')
  return async function run(redis, keys, args) {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!isMissing(error)) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}

/** The same, from a file. */
export const redisScriptIn = (file: string): RunScript => redisScript(readFileSync(file, 'utf8'))

const isMissing = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT')
