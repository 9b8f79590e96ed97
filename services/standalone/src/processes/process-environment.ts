import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Options } from '../options.ts'
import type { RunDirectories } from '../run-directories/run-directories.ts'
import { repositoryRoot } from './entry-points.ts'

/** The environment that all processes of a run share. An empty variable counts as unset. */
export function commonEnv(
  options: Options,
  { workingDirectory, sockets }: RunDirectories,
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INSTANCE: 'standalone',
    LOG_LEVEL: options.logLevel,
    WORKING_DIRECTORY: workingDirectory,
    HANDOVER_FILE: join(sockets, 'handover.json'),
    REDIS_URL: options.redisUrl ?? join(sockets, 'redis.sock'),
    HOST: options.host,
    PORT: String(options.port),
    UI_PORT: options.uiPort === null ? 'off' : String(options.uiPort ?? ''),
    TLS_TEST_PORT: options.tlsTestPort === null ? 'off' : String(options.tlsTestPort),
    AUTH: options.auth,
    STRICT_MODE: String(options.strictMode),
    CLIENT_CA: options.clientCa ?? '',
    KEYLOG: options.keylog ?? '',
    SERVER_IP: options.serverIp ?? '',
    DNS_NAME: options.dns ?? '',
    JUDGE: options.judge,
    COMPAT: options.compat ?? '',
    DURABILITY: options.durability,
    STORE: options.store ?? '',
    SHIP_WITHIN: options.shipWithin ?? '',
    CACHE: options.cache ?? '',
    DISK_RESERVE: options.diskReserve ?? '',
    ALLOW_ORIGIN: options.allowedOrigins.join(),
  }
}

/** Adds the variables of the service's node.env, as `node --env-file` does. The user's NODE_OPTIONS follow and win. */
export function withNodeSettings(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings = parseEnv(readFileSync(join(repositoryRoot, folder, 'node.env'), 'utf8'))
  const { NODE_OPTIONS: own = '' } = settings
  const writes = own.includes('--permission') ? writesOfNode(env).map(allowingWrites) : []
  const options = [own, ...writes, env.NODE_OPTIONS].filter(Boolean).join(' ')
  return { ...settings, ...env, NODE_OPTIONS: options }
}

/** A flag in the quotes that NODE_OPTIONS needs around a path with a space. */
const allowingWrites = (path: string): string => JSON.stringify(`--allow-fs-write=${path}`)

/** Folders that Node itself writes to, its coverage and its compile cache, in a process that may write nowhere else. */
function writesOfNode(env: NodeJS.ProcessEnv): readonly string[] {
  const cache = canDropPermissions && !env.NODE_DISABLE_COMPILE_CACHE ? env.NODE_COMPILE_CACHE : undefined
  return [env.NODE_V8_COVERAGE, cache].flatMap((path) => path || [])
}

/**
 * Whether a process can give up its permission to write the compile cache after its start. With older releases of Node
 * a process gets no cache.
 */
const canDropPermissions = /^24\.(2[1-9]|[3-9]\d)\./.test(process.versions.node)
