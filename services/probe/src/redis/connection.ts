import { once } from 'node:events'
import { openRedis, type RedisClient } from '@pushav/shared/redis/client.ts'

/** A connection that reconnects by itself and queues commands until then, as BullMQ requires. */
export function connectRedis(url: string, onError: (error: Error) => void): RedisClient {
  return openRedis(url, { waitsForReconnect: true, connectionName: 'probe' }, onError)
}

/** Resolves when the connection is closed for the first time, even if it reconnects later. */
export async function whenDisconnected(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') await once(redis, 'close')
}
