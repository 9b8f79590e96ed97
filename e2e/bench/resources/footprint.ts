import type { Standalone } from '../../server/standalone.ts'
import { type DiskUse, diskUse } from './disk-use.ts'
import { processorTime } from './processor-time.ts'
import { type RedisMemory, redisMemory } from './redis-memory.ts'

/** Resources that a server has used so far. */
export interface Footprint {
  /** Processor time by process, in milliseconds. */
  readonly processor: ReadonlyMap<string, number>
  readonly memory: RedisMemory
  readonly disk: DiskUse
}

export const footprint = async (server: Standalone, workingDirectory: string): Promise<Footprint> => ({
  processor: await processorTime(server),
  memory: await redisMemory(server),
  disk: await diskUse(workingDirectory),
})

/** Kinds of Redis keys that do not count: they are bounded, or empty when all probes are done. */
const passing = ['feed', 'queue']

/** Resources that one upload used, on average over `uploads`. */
export function perUpload(before: Footprint, after: Footprint, uploads: number): Record<string, number> {
  const each = (now: number, then = 0) => (now - then) / uploads
  const processor = [...after.processor].map(
    ([part, ms]) => [`${part} µs`, each(ms, before.processor.get(part)) * 1_000] as const,
  )
  const lasting = Object.entries(after.memory.kinds)
    .filter(([kind]) => !passing.includes(kind))
    .map(([kind, bytes]) => [`Redis bytes, ${kind}`, each(bytes, before.memory.kinds[kind])] as const)
    .filter(([, bytes]) => bytes >= 1)
    .sort(([, a], [, b]) => b - a)
  return {
    ...Object.fromEntries(processor),
    'Redis bytes': lasting.reduce((sum, [, bytes]) => sum + bytes, 0),
    ...Object.fromEntries(lasting),
    'journal bytes': each(after.disk.journalBytes, before.disk.journalBytes),
    'disk bytes': each(after.disk.allBytes, before.disk.allBytes),
  }
}
