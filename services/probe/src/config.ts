import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { redisUrl } from '@pushav/shared/redis/url.ts'
import {
  duration,
  integer,
  level,
  optionalAddress,
  optionalText,
  readSettings,
  size,
  text,
} from '@pushav/shared/settings.ts'
import { optionalStoreUrl } from '@pushav/shared/store/store-url.ts'
import { z } from 'zod'

export type Config = ReturnType<typeof readConfig>

/** Two for each core: while ffprobe runs for one upload, the worker prepares another or saves its outcome. */
const defaultConcurrency = Math.min(2 * availableParallelism(), 8)

const directory = text
  .transform((path) => resolve(path))
  .describe('a folder, unless STORE or UPLOADS_FROM is set')
const origin = z
  .url({ protocol: /^https$/ })
  .refine((url) => /^https:\/\/[^/?#@]+\/?$/.test(url))
  .transform((url) => new URL(url).origin)
const sandboxPolicy = z
  .enum(['required', 'preferred'])
  .optional()
  .transform((policy) => policy ?? null)
  .describe('required or preferred')
const niceness = integer.max(19).describe('a whole number from 0 to 19')
const noOrigin = z.undefined().describe('left out where WORKING_DIRECTORY or STORE is set')

/** The only reader of the environment. Every duration comes out in milliseconds, every size in bytes. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const isLocal = Boolean(env.WORKING_DIRECTORY) || !(env.UPLOADS_FROM || env.STORE)
  const needsServer = !isLocal && !env.STORE
  return readSettings(env, (setting) => ({
    redisUrl: setting('REDIS_URL', redisUrl, 'redis://127.0.0.1:6379'),
    workingDirectory: setting('WORKING_DIRECTORY', isLocal ? directory : directory.optional()),
    /** The server to download uploads from when there is no working directory and no store. */
    uploadsFrom: setting(
      'UPLOADS_FROM',
      needsServer ? origin.describe('the address of the server such as https://192.0.2.10:1234') : noOrigin,
    ),
    /** The object store with the uploads that are not in the working directory; null for none. */
    store: setting('STORE', optionalStoreUrl),
    /** How long after an upload's response the upload may reach the store. */
    shipWithinMs: setting('SHIP_WITHIN', duration, '2s'),
    /** The file of the root certificate of the server at `uploadsFrom`; undefined for the public roots. */
    rootCertificate: setting('ROOT_CERTIFICATE', optionalText),
    /** A PEM file with a client certificate and its key, for a server with AUTH=mtls. */
    uploadsCertificate: setting('UPLOADS_CERTIFICATE', optionalText),
    concurrency: setting(
      'PROBE_CONCURRENCY',
      integer.min(1).describe('a whole number from 1'),
      String(defaultConcurrency),
    ),
    timeoutMs: setting('PROBE_TIMEOUT', duration, '10s'),
    memoryBytes: setting('PROBE_MEMORY', size, '1GiB'),
    niceness: setting('PROBE_NICENESS', niceness, '19'),
    /** See `SandboxPolicy`; null when PROBE_SANDBOX is not set. */
    sandbox: setting('PROBE_SANDBOX', sandboxPolicy),
    ffprobe: setting('FFPROBE', text, 'ffprobe'),
    /** Where `/metrics` is served; null for nowhere. */
    metricsAddress: setting('METRICS_ADDRESS', optionalAddress),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
