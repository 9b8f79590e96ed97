import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Options } from './options.ts'
import { urlHost } from './output/first-steps.ts'
import type { RunDirectories } from './run-directories/run-directories.ts'
import type { ProcessSpec, ReadyReport } from './supervisor/child-process.ts'

const here = import.meta.dirname
const root = join(here, '../../..')
const entryPoint = (folder: string, file = 'main.ts') => join(root, folder, 'src', file)
const exitWithStdin = join(here, 'supervisor/exit-with-stdin.sh')
const exitWithParent = join(here, 'supervisor/exit-with-parent.ts')

/** The private Redis. Its data can be rebuilt from the journals, so the disk may lag a second behind. */
export function redisProcess({ workingDirectory, sockets, livenessFifo }: RunDirectories): ProcessSpec {
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
    command: ['sh', exitWithStdin, 'redis-server', ...Object.entries(settings).flat()],
    env: () => process.env,
    readyOn: /ready to accept connections/i,
    shows: (line) => / # /.test(line) && !routineLine.test(line),
    stopTimeoutMs: 1_500,
    livenessFifo,
    advice: `If its files are damaged, move ${settings['--dir']} away and start again: the next start rebuilds all of it.`,
  }
}

/** Warnings (`#`) of Redis's every start and stop. */
const routineLine =
  /oO0OoO0OoO0Oo|Redis version=|Server initialized|Configuration loaded|User requested shutdown|ready to exit|bye bye|WARNING Memory overcommit/

/** Uploads come before probes. The worker runs its ffprobes at 19, so that its own heartbeat comes before them. */
const niceness = { proxy: 0, ingest: 0, probe: 10 }

/** The processes beside Redis, of which each proxy knows all ingest processes. */
interface ServiceProcesses {
  readonly probe: ProcessSpec
  readonly ingests: readonly ProcessSpec[]
  readonly firstProxy: ProcessSpec
  /** They share the ports that the first one has chosen. */
  furtherProxies(ports: ReadyReport): readonly ProcessSpec[]
}

/** `workers` proxies and as many ingest processes, and the probe worker with the ffprobe that there is when it starts. */
export function serviceProcesses(
  options: Options,
  directories: RunDirectories,
  workers: number,
  ffprobe: () => string | null,
): ServiceProcesses {
  const common = commonEnv(options, directories)
  const metricsOn = metricsVariable(options)
  const numbers = Array.from({ length: workers }, (_, index) => index + 1)
  const ingestAddresses = numbers.map(
    (number) => `unix:${join(directories.sockets, `${nameOf('ingest', number)}.sock`)}`,
  )
  return {
    ingests: numbers.map(ingest),
    probe: withFfprobe(service('probe', 'probe', 'services/probe', 1_000, { ...common, ...metricsOn(2) })),
    firstProxy: proxy(1, {}),
    furtherProxies: (ports) => numbers.slice(1).map((number) => proxy(number, ports)),
  }

  function withFfprobe(probe: ProcessSpec): ProcessSpec {
    const env = (before: ReadyReport) => {
      const program = ffprobe()
      return program === null ? probe.env(before) : { ...probe.env(before), FFPROBE: program }
    }
    return { ...probe, env }
  }

  function ingest(number: number): ProcessSpec {
    return service('ingest', nameOf('ingest', number), 'services/ingest', 1_500, {
      ...{ ...common, ...metricsOn(metricsOffset('ingest', number)) },
      ...{ INSTANCE: nameOf('standalone', number), INGEST_LISTEN: ingestAddresses[number - 1] },
      START_TOKENS: String(number === 1),
    })
  }

  function proxy(number: number, { port, uiPort }: ReadyReport): ProcessSpec {
    return service('proxy', nameOf('proxy', number), 'proxy', 10_500, {
      ...{ ...common, ...metricsOn(metricsOffset('proxy', number)) },
      ...{ INGEST_ADDRESS: ingestAddresses.join(), REUSE_PORT: String(workers > 1) },
      // The tests of TLS clients have ports of their own, which one proxy serves.
      ...(number > 1 ? { PORT: String(port), UI_PORT: String(uiPort ?? 'off'), TLS_TEST_PORT: 'off' } : {}),
      // One of them announces the server.
      ...(options.dns && number === 1
        ? { NODE_OPTIONS: `${forAnnouncements} ${common.NODE_OPTIONS ?? ''}` }
        : { DNS_NAME: '' }),
    })
  }

  function service(
    kind: keyof typeof niceness,
    name: string,
    folder: string,
    stopTimeoutMs: number,
    env: NodeJS.ProcessEnv,
  ): ProcessSpec {
    const nodeEnv = withNodeSettings(folder, env)
    return {
      name,
      command: [process.execPath, '--import', exitWithParent, entryPoint(folder)],
      env: (before) => ({ ...nodeEnv, ...portsOf(before) }),
      readyOn: 'message',
      shows: () => true,
      stopTimeoutMs,
      niceness: niceness[kind],
      sources: options.watch ? [join(root, folder, 'src'), join(root, 'shared/src')] : undefined,
      livenessFifo: directories.livenessFifo,
    }
  }
}

const nameOf = (kind: string, number: number): string => (number === 1 ? kind : `${kind}-${number}`)

/** Ingest 0, proxy 1 and probe worker 2 ports after the one that was chosen; then ingest and proxy of each further pair. */
const metricsOffset = (kind: 'ingest' | 'proxy', number: number): number =>
  (number === 1 ? 0 : 2 * number - 1) + (kind === 'ingest' ? 0 : 1)

/** A thread announces the server in the network, and asks programs of the system for its interfaces. */
const forAnnouncements = '--allow-worker --allow-child-process --disable-warning=SecurityWarning'

/** Each process has an address of its own: the port that was chosen, and the ones after it. */
const metricsVariable =
  ({ metrics }: Options) =>
  (offset: number): NodeJS.ProcessEnv => ({
    // An empty variable counts as unset.
    METRICS_ADDRESS: metrics ? `${urlHost(metrics.host)}:${metrics.port + offset}` : '',
  })

/** A restart takes the same ports. */
const portsOf = ({ port, uiPort }: ReadyReport): NodeJS.ProcessEnv => ({
  ...(port === undefined ? {} : { PORT: String(port) }),
  ...(uiPort ? { UI_PORT: String(uiPort) } : {}),
})

/** Rebuilds the index and exits. */
export const reindexProcess = (options: Options, directories: RunDirectories): ProcessSpec =>
  taskProcess('reindex', options, directories)

/** Renews both roots and exits. */
export const renewRootsProcess = (options: Options, directories: RunDirectories): ProcessSpec =>
  taskProcess('renew-roots', options, directories)

const taskProcess = (name: string, options: Options, directories: RunDirectories): ProcessSpec => ({
  name,
  command: [process.execPath, '--import', exitWithParent, entryPoint('services/ingest', `${name}.ts`)],
  env: () => commonEnv(options, directories),
  readyOn: 'message',
  shows: () => true,
  stopTimeoutMs: 1_000,
  livenessFifo: directories.livenessFifo,
})

/** Adds what the service's node.env says, as `node --env-file` does; the user's own NODE_OPTIONS follow and win. */
function withNodeSettings(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings = parseEnv(readFileSync(join(root, folder, 'node.env'), 'utf8'))
  const { NODE_OPTIONS: own = '' } = settings
  const writes = own.includes('--permission') ? writesOfNode(env).map(allowingWrites) : []
  const options = [own, ...writes, env.NODE_OPTIONS].filter(Boolean).join(' ')
  return { ...settings, ...env, NODE_OPTIONS: options }
}

/** As a part of NODE_OPTIONS, in which a blank divides. */
const allowingWrites = (path: string): string => JSON.stringify(`--allow-fs-write=${path}`)

/** Folders that Node itself writes in a process that may write nothing else: coverage, where it is measured, and its cache. */
function writesOfNode(env: NodeJS.ProcessEnv): readonly string[] {
  const cache = canDropPermissions && !env.NODE_DISABLE_COMPILE_CACHE ? env.NODE_COMPILE_CACHE : undefined
  return [env.NODE_V8_COVERAGE, cache].flatMap((path) => path || [])
}

/** Whether the proxy can give up what it may write once it is started; other releases of Node start it without a cache. */
const canDropPermissions = /^24\.(2[1-9]|[3-9]\d)\./.test(process.versions.node)

function commonEnv(options: Options, { workingDirectory, sockets }: RunDirectories): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INSTANCE: 'standalone',
    LOG_LEVEL: options.logLevel,
    WORKING_DIRECTORY: workingDirectory,
    HANDOVER_FILE: join(sockets, 'handover.json'),
    REDIS_URL: options.redisUrl ?? join(sockets, 'redis.sock'),
    HOST: options.host,
    PORT: String(options.port),
    // An empty variable counts as unset.
    UI_PORT: options.uiPort === null ? 'off' : String(options.uiPort ?? ''),
    TLS_TEST_PORT: options.tlsTestPort === null ? 'off' : String(options.tlsTestPort),
    AUTH: options.auth,
    STRICT_MODE: String(options.strictMode),
    // An empty variable counts as unset.
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
