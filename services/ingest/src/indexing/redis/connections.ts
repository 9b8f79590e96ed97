import { throttle } from '@pushav/shared/lib/throttle.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { openRedis, type RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailableWith } from '../../lib/unavailable.ts'

const reportEveryMs = 10_000
const commandTimeoutMs = 5_000

/** A connection whose commands fail within about a second while Redis is unreachable, instead of piling up. */
export function connectRedis(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: false, commandTimeout: commandTimeoutMs }, onError)
}

/** Like `connectRedis`; it sends the commands of one turn of the event loop in one write. */
export function connectPipelined(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(
    url,
    { waitsForReconnect: false, commandTimeout: commandTimeoutMs, enableAutoPipelining: true },
    onError,
  )
}

/** A connection for blocking commands, which wait for Redis to come back; it connects at the first one. */
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

/** Throws `Unavailable` in place of any error of Redis, which callers outside of the redis folders do not know. */
export const orUnavailable = orUnavailableWith('the index (Redis)')
