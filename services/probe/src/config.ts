import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { redisUrl } from '@pushav/shared/redis/place.ts'
import { duration, integer, level, readSettings, size, text } from '@pushav/shared/settings.ts'

export type Config = ReturnType<typeof readConfig>

const cores = Math.min(availableParallelism(), 4)

/** The only reader of the environment. Every duration comes out in milliseconds, every size in bytes. */
export function readConfig(env: NodeJS.ProcessEnv) {
  return readSettings(env, (setting) => ({
    redisUrl: setting('REDIS_URL', redisUrl, 'redis://127.0.0.1:6379'),
    workingDirectory: resolve(setting('WORKING_DIRECTORY', text) ?? '.'),
    concurrency: setting(
      'PROBE_CONCURRENCY',
      integer.min(1).describe('a whole number from 1'),
      String(cores),
    ),
    timeoutMs: setting('PROBE_TIMEOUT', duration, '10s'),
    memoryBytes: setting('PROBE_MEMORY', size, '1GiB'),
    ffprobe: setting('FFPROBE', text, 'ffprobe'),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
