import { probeQueue } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'

const everyMs = 5_000
const validMs = 20_000
const keyOf = (host: string): string => `${probeQueue.prefix}:probe-worker:${host}`

/** Says in Redis, again and again, that this host's worker is at work; what it said last runs out by itself. */
export async function startHeartbeat(redis: RedisClient, host: string, isAtWork: () => boolean) {
  await beat()
  const timer = setInterval(beat, everyMs)
  return {
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function beat(): Promise<void> {
    if (redis.status !== 'ready' || !isAtWork()) return
    await redis.set(keyOf(host), new Date().toISOString(), 'PX', validMs).catch(() => {})
  }
}

export async function isWorkerAtWork(redis: RedisClient, host: string): Promise<boolean> {
  return (await redis.exists(keyOf(host))) === 1
}
