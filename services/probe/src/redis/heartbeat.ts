import { type ProbeWorker, probeHostsKey, probeWorkerKey } from '@pushav/shared/probe-worker.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'

const intervalMs = 5_000
const ttlMs = 20_000

/** Writes a description of this host's worker to Redis every 5 s while `isAlive`; Redis expires it after 20 s. */
export function startHeartbeat(
  redis: RedisClient,
  host: string,
  worker: Omit<ProbeWorker, 'seenAt'>,
  isAlive: () => boolean,
): Disposable {
  void beat()
  const timer = setInterval(beat, intervalMs)
  return {
    [Symbol.dispose]: () => clearInterval(timer),
  }

  async function beat(): Promise<void> {
    if (redis.status !== 'ready' || !isAlive()) return
    const beat: ProbeWorker = { ...worker, seenAt: new Date().toISOString() }
    const written = redis.set(probeWorkerKey(host), JSON.stringify(beat), 'PX', ttlMs)
    await Promise.all([written, redis.sadd(probeHostsKey, host)]).catch(() => {})
  }
}

/** Whether Redis has a heartbeat of this host's worker. Throws when Redis fails. */
export async function isWorkerAlive(redis: RedisClient, host: string): Promise<boolean> {
  return (await redis.exists(probeWorkerKey(host))) === 1
}
