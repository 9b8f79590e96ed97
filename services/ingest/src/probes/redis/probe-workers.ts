import { probeHostsKey, probeWorker, probeWorkerKey } from '@pushav/shared/probe-worker.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { NamedWorker } from '../ports.ts'

/** The probe workers that are alive. Hosts whose heartbeats have stopped are forgotten. */
export async function findProbeWorkers(redis: RedisClient): Promise<readonly NamedWorker[]> {
  const hosts = await orUnavailable(redis.smembers(probeHostsKey))
  if (hosts.length === 0) return []
  const found = await orUnavailable(redis.mget(...hosts.map(probeWorkerKey)))
  const silent = hosts.filter((_host, i) => !found[i])
  if (silent.length > 0) await orUnavailable(redis.srem(probeHostsKey, ...silent))
  return hosts.flatMap((name, i) => workersIn(name, found[i]))
}

/** The worker that a value describes; none where a worker of another version wrote it. */
function workersIn(name: string, json: string | null | undefined): NamedWorker[] {
  const parsed = probeWorker.safeParse(json?.startsWith('{') ? JSON.parse(json) : null)
  return parsed.success ? [{ name, ...parsed.data }] : []
}
