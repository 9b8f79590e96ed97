import { once } from 'node:events'
import { Redis } from 'ioredis'

/** A connection that comes back by itself and lets commands wait for that, as BullMQ wants it. */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url.replace(/^unix:/, ''), {
    connectTimeout: 2_000,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
    connectionName: 'probe',
  })
  redis.on('error', onError)
  return redis
}

/** Comes true once the connection is not there, even if it comes back later. */
export async function lost(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await once(redis, 'close')
}
