import type { Logger } from '@pushav/shared/logger.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Consume } from './allowance.ts'

/** Counters of what clients do, by kind and client. Disposal disconnects from Redis. */
export interface Rates extends Disposable {
  /** A counter for one kind that grants each client `max` units in `seconds`. */
  counter(kind: string, max: number, seconds: number): (client: string) => Consume
}

/** When Redis takes longer to count, this process counts alone. */
const commandTimeoutMs = 500

/**
 * Opens counters in the memory of this process or, with a URL, in a Redis that several proxies share. While Redis is
 * unreachable, each proxy counts alone.
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

/** Loads the client library only here, so that a proxy without a Redis does not pay for it. */
async function openRateRedis(url: string, log: Logger): Promise<RedisClient> {
  const { openRedis } = await import('@pushav/shared/redis/client.ts')
  const options = {
    waitsForReconnect: false,
    commandTimeout: commandTimeoutMs,
    connectionName: 'proxy',
    enableAutoPipelining: true,
  }
  return openRedis(url, options, ({ message }) =>
    log.debug({ reason: message }, 'redis of the limits failed'),
  )
}
