import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../../server/run.ts'
import type { Standalone } from '../../server/standalone.ts'

/** Memory of Redis in bytes. */
export interface RedisMemory {
  /** Memory that Redis reports as used in all. */
  readonly used: number
  /** Bytes by kind: the part of a key after that of its stream, such as `probes` for outcomes; `queue` and `events`. */
  readonly kinds: Readonly<Record<string, number>>
  /** Number of outcomes of probes. */
  readonly probes: number
}

const sumsScript = `
  local sums, probes, cursor = {}, 0, '0'
  repeat
    local found = redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = found[1]
    for _, key in ipairs(found[2]) do
      local kind = key:match('^{stream:[^}]*}:([%w-]+)') or (key:match('^{pushav}:events') and 'events') or 'queue'
      sums[kind] = (sums[kind] or 0) + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0)
      if kind == 'probes' then probes = probes + redis.call('HLEN', key) end
    end
  until cursor == '0'
  return cjson.encode({ kinds = sums, probes = probes })`

/** Reads the memory of a standalone's private Redis. */
export async function redisMemory(server: Standalone): Promise<RedisMemory> {
  const info = await redisCli(server, 'INFO', 'memory')
  const sums = await redisCli(server, 'EVAL', sumsScript, '0')
  return { used: Number(/^used_memory:(\d+)/m.exec(info)?.[1]), ...JSON.parse(sums) }
}

async function redisCli({ workingDirectory }: Standalone, ...words: string[]): Promise<string> {
  const sockets = await readFile(join(workingDirectory, 'standalone', 'sockets'), 'utf8')
  const { stdout } = await mustRun('redis-cli', ['-s', join(sockets, 'redis.sock'), '--raw', ...words])
  return stdout.toString()
}

/** Growth in bytes for each of `uploads` uploads, by kind and in all. */
export function memoryPerUpload(
  before: RedisMemory,
  after: RedisMemory,
  uploads: number,
): Record<string, number> {
  const kinds = Object.entries(after.kinds)
    .map(([kind, bytes]) => [kind, (bytes - (before.kinds[kind] ?? 0)) / uploads] as const)
    .filter(([, bytes]) => bytes >= 0.5)
    .sort(([, a], [, b]) => b - a)
  return Object.fromEntries([['all', (after.used - before.used) / uploads], ...kinds])
}
