import { once } from 'node:events'
import { openRedis, type RedisClient } from '@pushav/shared/redis/client.ts'

/** A connection that comes back by itself and lets commands wait for that, as BullMQ wants it. */
export function connectRedis(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: true, connectionName: 'probe' }, onError)
}

/** Comes true once the connection is not there, even if it comes back later. */
export async function lost(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') await once(redis, 'close')
}
