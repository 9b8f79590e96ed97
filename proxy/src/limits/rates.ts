import type { Logger } from '@pushav/shared/logger.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Consume } from './allowance.ts'

/** Counts what clients do, by kind and client. */
export interface Rates extends Disposable {
  /** A counter for one kind: of `max` units in `seconds` for each client. */
  counter(kind: string, max: number, seconds: number): (client: string) => Consume
}

/** Redis has to count within this time, or this process counts alone. */
const commandTimeout = 500

/**
 * Counts in the memory of this process; or, with a URL, in a Redis that several proxies share. Where that cannot be
 * reached, each proxy counts alone.
 */
export async function openRates(redisUrl: string | null, log: Logger): Promise<Rates> {
  const redis = redisUrl === null ? null : await openRateRedis(redisUrl, log)
  return { counter, [Symbol.dispose]: () => redis?.disconnect() }

  function counter(kind: string, max: number, seconds: number): (client: string) => Consume {
    const options = { points: max, duration: seconds, keyPrefix: `pavs-limit-${kind}` }
    const inMemory = new RateLimiterMemory(options)
    const limiter =
      redis === null
        ? inMemory
        : new RateLimiterRedis({
            ...options,
            storeClient: redis,
            rejectIfRedisNotReady: true,
            insuranceLimiter: inMemory,
          })
    return (client) => (units) => consume(limiter, client, units)
  }
}

async function consume(limiter: RateLimiterAbstract, client: string, units: number): Promise<number> {
  try {
    await limiter.consume(client, units)
    return 0
  } catch (error) {
    return error instanceof RateLimiterRes ? Math.max(1, error.msBeforeNext) : 0
  }
}

/** The client library is loaded only where it is used. */
async function openRateRedis(url: string, log: Logger): Promise<RedisClient> {
  const { openRedis } = await import('@pushav/shared/redis/client.ts')
  const options = {
    waitsForReconnect: false,
    commandTimeout,
    connectionName: 'proxy',
    enableAutoPipelining: true,
  }
  return openRedis(url, options, ({ message }) =>
    log.debug({ reason: message }, 'redis of the limits failed'),
  )
}
