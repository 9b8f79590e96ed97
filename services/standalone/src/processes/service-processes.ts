import { join } from 'node:path'
import type { ReadyReport } from '@pushav/shared/process/ready-report.ts'
import type { Options } from '../options.ts'
import { urlHost } from '../output/first-steps.ts'
import type { RunDirectories } from '../run-directories/run-directories.ts'
import type { ProcessSpec } from '../supervisor/child-process.ts'
import { nodeCommand, repositoryRoot } from './entry-points.ts'
import { commonEnv, withNodeSettings } from './process-environment.ts'
import { withSecretsFor } from './secret-variables.ts'

/**
 * The probe worker has a lower priority than the processes that take uploads, and runs ffprobe at PROBE_NICENESS, by
 * default 19, so that its own heartbeat comes first. Folders are below the repository root.
 */
const services = {
  proxy: { folder: 'proxy', stopTimeoutMs: 10_500, niceness: 0 },
  ingest: { folder: 'services/ingest', stopTimeoutMs: 1_500, niceness: 0 },
  probe: { folder: 'services/probe', stopTimeoutMs: 1_000, niceness: 10 },
} as const

/** The processes besides Redis. Each proxy knows all ingest processes. */
interface ServiceProcesses {
  readonly probe: ProcessSpec
  readonly ingests: readonly ProcessSpec[]
  readonly firstProxy: ProcessSpec
  /** The other proxies. They listen on `ports`, which the first proxy has reported. */
  furtherProxies(ports: ReadyReport): readonly ProcessSpec[]
}

/**
 * Specifies `workers` proxies, as many ingest processes, and one probe worker. `ffprobe` is called at each start of the
 * probe worker; with null the worker finds an ffprobe itself.
 */
export function serviceProcesses(
  options: Options,
  directories: RunDirectories,
  workers: number,
  ffprobe: () => string | null,
): ServiceProcesses {
  const common = commonEnv(options, directories)
  const metricsOn = metricsVariable(options)
  // Numbers of the pairs of a proxy and an ingest process, from 1.
  const numbers = Array.from({ length: workers }, (_, index) => index + 1)
  const ingestAddresses = numbers.map(
    (number) => `unix:${join(directories.sockets, `${nameOf('ingest', number)}.sock`)}`,
  )
  return {
    ingests: numbers.map(ingest),
    probe: withFfprobe(service('probe', 1, metricsOn(2))),
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
    return service('ingest', number, {
      ...metricsOn(metricsOffset('ingest', number)),
      INSTANCE: nameOf('standalone', number),
      INGEST_LISTEN: ingestAddresses[number - 1],
      START_TOKENS: String(number === 1),
    })
  }

  function proxy(number: number, { port, uiPort }: ReadyReport): ProcessSpec {
    return service('proxy', number, {
      ...metricsOn(metricsOffset('proxy', number)),
      INGEST_ADDRESS: ingestAddresses.join(),
      REUSE_PORT: String(workers > 1),
      // The tests of TLS clients have ports of their own, which only the first proxy serves.
      ...(number > 1 ? { PORT: String(port), UI_PORT: String(uiPort ?? 'off'), TLS_TEST_PORT: 'off' } : {}),
      // Only the first proxy announces the server.
      ...(options.dns && number === 1
        ? { NODE_OPTIONS: `${forAnnouncements} ${common.NODE_OPTIONS ?? ''}` }
        : { DNS_NAME: '' }),
    })
  }

  function service(kind: keyof typeof services, number: number, env: NodeJS.ProcessEnv): ProcessSpec {
    const { folder, stopTimeoutMs, niceness } = services[kind]
    const nodeEnv = withNodeSettings(folder, withSecretsFor(kind, { ...common, ...env }))
    return {
      name: nameOf(kind, number),
      command: nodeCommand(folder),
      env: (before) => ({ ...nodeEnv, ...portsOf(before) }),
      readyOn: 'message',
      shows: () => true,
      stopTimeoutMs,
      niceness,
      sources: options.watch
        ? [join(repositoryRoot, folder, 'src'), join(repositoryRoot, 'shared/src')]
        : undefined,
      livenessFifo: directories.livenessFifo,
    }
  }
}

const nameOf = (kind: string, number: number): string => (number === 1 ? kind : `${kind}-${number}`)

/** Offset to the port of `--metrics`: first ingest 0, first proxy 1, probe worker 2, then two for each further pair. */
const metricsOffset = (kind: 'ingest' | 'proxy', number: number): number =>
  (number === 1 ? 0 : 2 * number - 1) + (kind === 'ingest' ? 0 : 1)

/** Node's permissions for mDNS: the responder runs in a worker thread and starts programs that list the interfaces. */
const forAnnouncements = '--allow-worker --allow-child-process --disable-warning=SecurityWarning'

/** The metrics address of a process: `offset` ports after the one of `--metrics`. */
const metricsVariable =
  ({ metrics }: Options) =>
  (offset: number): NodeJS.ProcessEnv => ({
    // An empty variable counts as unset.
    METRICS_ADDRESS: metrics ? `${urlHost(metrics.host)}:${metrics.port + offset}` : '',
  })

/** The ports that the process reported before, so that it takes the same ones after a restart. */
const portsOf = ({ port, uiPort }: ReadyReport): NodeJS.ProcessEnv => ({
  ...(port === undefined ? {} : { PORT: String(port) }),
  ...(uiPort ? { UI_PORT: String(uiPort) } : {}),
})
