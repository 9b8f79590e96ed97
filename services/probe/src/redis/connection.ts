import { once } from 'node:events'
import { openRedis, type RedisClient } from '@pushav/shared/redis/client.ts'

/** A connection that reconnects by itself and lets commands wait for that, as BullMQ requires. */
export function connectRedis(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: true, connectionName: 'probe' }, onError)
}

/** Resolves as soon as the connection is closed, even if it reconnects later. */
export async function whenDisconnected(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') await once(redis, 'close')
}
