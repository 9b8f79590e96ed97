import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ReadyReport } from '@pushav/shared/process/ready-report.ts'
import { assertPortFree, isPortFree } from './assert-port-free.ts'
import type { Options } from './options.ts'
import type { Display } from './output/display.ts'
import { firstSteps, urlHost } from './output/first-steps.ts'
import { redisProcess } from './processes/redis-process.ts'
import { withSecretsFor } from './processes/secret-variables.ts'
import { serviceProcesses } from './processes/service-processes.ts'
import { openRunDirectories } from './run-directories/run-directories.ts'
import { openSmallFfprobe } from './small-ffprobe/small-ffprobe.ts'
import type { ProcessSpec } from './supervisor/child-process.ts'
import { shutdownRequested } from './supervisor/shutdown-signals.ts'
import { type SupervisedProcess, supervise } from './supervisor/supervisor.ts'
import { workerCountOf } from './worker-count.ts'

/**
 * Runs all processes until a signal requests a shutdown. Then stops them in the reverse order of their start, proxies
 * first, so that no upload is lost. Throws a `StartupError` when a process cannot be kept running.
 */
export async function run(options: Options, display: Display): Promise<void> {
  await using built = new AsyncDisposableStack()
  const running: SupervisedProcess[] = []
  const workers = workerCountOf(options.workers, {
    cores: availableParallelism(),
    platform: process.platform,
  })
  const fatal = Promise.withResolvers<never>()
  const requested = shutdownRequested(display.log, killAll)
  await Promise.race([requested, fatal.promise, start()])
  await Promise.race([requested, fatal.promise])

  async function start(): Promise<void> {
    const directories = built.use(await openRunDirectories(options.workingDirectory, display.log))
    await assertPortFree(options.host, options.port)
    logStart(directories.workingDirectory)
    if (!options.redisUrl) await keepRunning(redisProcess(directories))
    const { livenessFifo } = directories
    const { log } = display
    const ffprobe = built.use(
      await openSmallFfprobe({
        mode: options.smallFfprobe,
        source: options.ffprobeSource,
        env: withSecretsFor('tool', process.env),
        livenessFifo,
        log,
      }),
    )
    const services = serviceProcesses(await withOwnUiPort(), directories, workers, ffprobe.current)
    const probes = createGroup()
    const probe = keepRunning(services.probe, probes)
    const ingests = keepAllRunning(services.ingests)
    const proxies = createGroup()
    const ports = await keepRunning(services.firstProxy, proxies)
    const further = keepAllRunning(services.furtherProxies(ports), proxies)
    const [[{ access = null } = {}]] = await Promise.all([ingests, probe, further])
    display.print(`Running on https://${urlHost(options.host)}:${ports.port} (CTRL + C to quit)`)
    for (const line of firstSteps(options, { ...ports, access }, directories.workingDirectory))
      display.print(line)
    if (await ffprobe.build()) for (const worker of probes) worker.restart()
  }

  function keepAllRunning(specs: readonly ProcessSpec[], group = createGroup()): Promise<ReadyReport[]> {
    return Promise.all(specs.map((spec) => keepRunning(spec, group)))
  }

  function keepRunning(spec: ProcessSpec, group = createGroup()): Promise<ReadyReport> {
    if (built.disposed) return new Promise(() => {})
    const supervised = supervise(spec, display)
    running.push(supervised)
    group.push(supervised)
    supervised.ended.catch(fatal.reject)
    return supervised.ready
  }

  /** A group of processes that are stopped at the same time. */
  function createGroup(): SupervisedProcess[] {
    const group: SupervisedProcess[] = []
    if (built.disposed) return group
    built.defer(async () => void (await Promise.all(group.map((supervised) => supervised.stop()))))
    return group
  }

  /** Several proxies share their ports, and would share the second port with another server of this user, too. */
  async function withOwnUiPort(): Promise<Options> {
    const { host, port, uiPort = port + 1 } = options
    if (workers === 1 || port === 0 || uiPort === null || (await isPortFree(host, uiPort))) return options
    display.log.warn({ port: uiPort }, 'no second port for browsers; UI_PORT names another one, or is off')
    return { ...options, uiPort: null }
  }

  function logStart(workingDirectory: string): void {
    const rootCertificate = join(workingDirectory, 'certs/server/root.pem')
    display.log.info({ workingDirectory, rootCertificate, workers }, 'starting')
  }

  function killAll(): void {
    process.exitCode = 1
    for (const supervised of running) supervised.kill()
  }
}
