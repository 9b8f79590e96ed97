import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyedMutex, type KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScript } from '@pushav/shared/redis/script.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { Unavailable } from '../../lib/unavailable.ts'

const prefix = '{pushav}:lock:'
/** How long a process that died keeps a lock. No task takes nearly as long. */
const lifeMs = 20_000
const pollMs = 50
const maxWaitMs = 30_000
const release = redisScript(
  `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`,
)

/**
 * A mutex between all ingest processes of a Redis. `onAcquired` is called before each task. Throws what the task
 * throws, and `Unavailable`.
 */
export function redisMutex(redis: RedisClient, onAcquired: () => void): KeyedMutex {
  const runHere = createKeyedMutex()
  return function runExclusively(key, task) {
    return runHere(key, async () => {
      const token = randomUUID()
      await acquire(`${prefix}${key}`, token)
      try {
        onAcquired()
        return await task()
      } finally {
        // One that stays ends by itself.
        await release(redis, [`${prefix}${key}`], [token]).catch(() => undefined)
      }
    })
  }

  async function acquire(key: string, token: string): Promise<void> {
    const startedMs = performance.now()
    while ((await orUnavailable(redis.set(key, token, 'PX', lifeMs, 'NX'))) === null) {
      if (performance.now() - startedMs > maxWaitMs)
        throw new Unavailable('the lock of another machine', new Error(`${key} is held`))
      await sleep(pollMs)
    }
  }
}
