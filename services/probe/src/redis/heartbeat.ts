import { probeQueue } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'

const intervalMs = 5_000
const ttlMs = 20_000
const keyOf = (host: string): string => `${probeQueue.prefix}:probe-worker:${host}`

/** Writes a key of this host to Redis every 5 s while `isAlive`. The key expires after 20 s. */
export async function startHeartbeat(
  redis: RedisClient,
  host: string,
  isAlive: () => boolean,
  now: () => Date,
): Promise<Disposable> {
  await beat()
  const timer = setInterval(beat, intervalMs)
  return {
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function beat(): Promise<void> {
    if (redis.status !== 'ready' || !isAlive()) return
    await redis.set(keyOf(host), now().toISOString(), 'PX', ttlMs).catch(() => {})
  }
}

export async function isWorkerAlive(redis: RedisClient, host: string): Promise<boolean> {
  return (await redis.exists(keyOf(host))) === 1
}
