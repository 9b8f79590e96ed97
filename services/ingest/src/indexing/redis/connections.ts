import { throttle } from '@pushav/shared/lib/throttle.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { openRedis, type RedisClient } from '@pushav/shared/redis/client.ts'
import { Unavailable } from '../../lib/unavailable.ts'

const reportEveryMs = 10_000
const commandTimeout = 5_000

/** A connection whose commands fail within about a second while Redis is away, instead of piling up. */
export function connectRedis(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: false, commandTimeout }, onError)
}

/** One that sends the commands of one turn of the event loop in one write. */
export function connectPipelined(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: false, commandTimeout, enableAutoPipelining: true }, onError)
}

/** One for commands that wait for something to happen; they outlive Redis's absence. */
export function connectBlocking(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: true, lazyConnect: true }, onError)
}

/** Logs at most every ten seconds that Redis cannot be reached. */
export function createErrorReport(log: Logger): (error: Error) => void {
  return throttle(
    reportEveryMs,
    () => performance.now(),
    (error: Error, dropped) => log.warn({ error, dropped }, 'redis unreachable'),
  )
}

/** Redis's own words stop here: whoever called learns only that it does not answer. */
export async function orUnavailable<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw new Unavailable('the index (Redis)', error)
  }
}
