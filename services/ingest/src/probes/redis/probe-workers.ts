import { type ProbeWorker, probeHostsKey, probeWorker, probeWorkerKey } from '@pushav/shared/probe-worker.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'

/** The probe workers that are alive. Hosts whose heartbeats have stopped are forgotten. */
export async function findProbeWorkers(redis: RedisClient): Promise<readonly ProbeWorker[]> {
  const hosts = await orUnavailable(redis.smembers(probeHostsKey))
  if (hosts.length === 0) return []
  const found = await orUnavailable(redis.mget(...hosts.map(probeWorkerKey)))
  const silent = hosts.filter((_host, i) => !found[i])
  if (silent.length > 0) await orUnavailable(redis.srem(probeHostsKey, ...silent))
  return found.flatMap((json) => (json ? workersIn(json) : []))
}

/** None in what a worker of another version wrote. */
function workersIn(json: string): ProbeWorker[] {
  const parsed = probeWorker.safeParse(json.startsWith('{') ? JSON.parse(json) : null)
  return parsed.success ? [parsed.data] : []
}
