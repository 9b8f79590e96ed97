import { join } from 'node:path'
import type { Part } from './child.ts'
import type { Options } from './options.ts'

/** Where this run has its things. */
export interface Places {
  readonly workingDirectory: string
  /** Short, because Unix socket paths are limited, and readable by nobody else. */
  readonly sockets: string
  /** What `openLifeline` returned. */
  readonly lifeline: number
}

const here = import.meta.dirname
const codeOf = (folder: string, file = 'main.ts') => join(here, '../../..', folder, 'src', file)
const guard = join(here, '../guard.sh')
const endWithParent = join(here, 'end-with-parent.ts')

/** The private Redis. What it holds can be rebuilt, so the disk may lag a second behind. */
export function redisPart({ workingDirectory, sockets, lifeline }: Places): Part {
  const settings = {
    '--port': '0',
    '--unixsocket': join(sockets, 'redis.sock'),
    '--unixsocketperm': '700',
    '--dir': join(workingDirectory, 'redis'),
    '--appendonly': 'yes',
    '--appendfsync': 'everysec',
    '--save': '',
    '--maxmemory-policy': 'noeviction',
    '--daemonize': 'no',
  }
  return {
    name: 'redis',
    command: ['sh', guard, 'redis-server', ...Object.entries(settings).flat()],
    env: () => process.env,
    readyOn: /ready to accept connections/i,
    isShown: (line) => / # /.test(line) && !redisChatter.test(line),
    stopWithinMs: 1_500,
    lifeline,
    advice: `If its files are damaged, move ${settings['--dir']} away and start again: all of it is made anew.`,
  }
}

const redisChatter =
  /oO0OoO0OoO0Oo|Redis version=|Server initialized|Configuration loaded|User requested shutdown|ready to exit|bye bye|WARNING Memory overcommit/

/**
 * A small nursery (MiB) is swept often, and with it the buffers of the bodies that flow through: with 2 the proxy
 * grows by 25 MiB for 2 GiB, with 4 by 54. Ingest gives such buffers back itself. With less, both spend a tenth to a
 * fifth more time on an upload.
 */
const nursery = { proxy: 2, ingest: 16, probe: 1 }

/** Uploads never wait for probes. Its ffprobes are nicer still, so it can always say that it is alive. */
const niceness = { proxy: 0, ingest: 0, probe: 10 }

const semiSpace = (mebibytes: number) => `--max-semi-space-size=${mebibytes}`

/** The three processes of ours, told about each other by their environment. */
export function servicesOf(options: Options, places: Places) {
  const common = variablesOf(options, places)
  const ingestAddress = `unix:${join(places.sockets, 'ingest.sock')}`
  return {
    ingest: service('ingest', 'services/ingest', 1_500, { ...common, INGEST_LISTEN: ingestAddress }),
    probe: service('probe', 'services/probe', 1_000, common),
    proxy: service('proxy', 'proxy', 10_500, { ...common, INGEST_ADDRESS: ingestAddress }),
  }

  function service(
    name: keyof typeof nursery,
    folder: string,
    stopWithinMs: number,
    env: NodeJS.ProcessEnv,
  ): Part {
    return {
      name,
      command: [process.execPath, semiSpace(nursery[name]), '--import', endWithParent, codeOf(folder)],
      env: ({ port }) => (port === undefined ? env : { ...env, PORT: String(port) }),
      readyOn: 'message',
      isShown: () => true,
      stopWithinMs,
      niceness: niceness[name],
      lifeline: places.lifeline,
    }
  }
}

/** Makes the index anew and ends. */
export const reindexPart = (options: Options, places: Places): Part => ({
  name: 'reindex',
  command: [process.execPath, '--import', endWithParent, codeOf('services/ingest', 'reindex.ts')],
  env: () => variablesOf(options, places),
  readyOn: 'message',
  isShown: () => true,
  stopWithinMs: 1_000,
  lifeline: places.lifeline,
})

function variablesOf(options: Options, { workingDirectory, sockets }: Places): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INSTANCE: 'standalone',
    LOG_LEVEL: options.logLevel,
    WORKING_DIRECTORY: workingDirectory,
    HANDOVER_FILE: join(sockets, 'handover.json'),
    REDIS_URL: options.redisUrl ?? join(sockets, 'redis.sock'),
    HOST: options.host,
    PORT: String(options.port),
    STRICT_MODE: String(options.strictMode),
    // An empty variable counts as one that is not set.
    SERVER_IP: options.serverIp ?? '',
    DNS_NAME: options.dns ?? '',
    COMPAT: options.compat ?? '',
  }
}
