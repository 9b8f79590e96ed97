import { join } from 'node:path'
import { assertPortFree } from './assert-port-free.ts'
import type { Options } from './options.ts'
import type { Display } from './output/display.ts'
import { firstSteps, urlHost } from './output/first-steps.ts'
import { redisProcess, serviceProcesses } from './processes.ts'
import { openRunDirectories } from './run-directories/run-directories.ts'
import type { ProcessSpec, ReadyReport } from './supervisor/child-process.ts'
import { shutdownRequested } from './supervisor/shutdown-signals.ts'
import { type SupervisedProcess, supervise } from './supervisor/supervisor.ts'

/**
 * Runs all processes until a signal requests a shutdown, and stops them in the reverse order of their start, proxy
 * first, so that no upload is lost. Throws a `StartupError` when one of them cannot be kept running.
 */
export async function run(options: Options, display: Display): Promise<void> {
  await using built = new AsyncDisposableStack()
  const running: SupervisedProcess[] = []
  const fatal = Promise.withResolvers<never>()
  const requested = shutdownRequested(display.log, killAll)
  await Promise.race([requested, fatal.promise, start()])
  await Promise.race([requested, fatal.promise])

  async function start(): Promise<void> {
    const directories = built.use(await openRunDirectories(options.workingDirectory, display.log))
    await assertPortFree(options.host, options.port)
    logStart(directories.workingDirectory)
    if (!options.redisUrl) await keepRunning(redisProcess(directories))
    const { probe, ingest, proxy } = serviceProcesses(options, directories)
    const [, { access = null }, ports] = await Promise.all([
      keepRunning(probe),
      keepRunning(ingest),
      keepRunning(proxy),
    ])
    display.print(`Running on https://${urlHost(options.host)}:${ports.port} (CTRL + C to quit)`)
    for (const line of firstSteps(options, { ...ports, access }, directories.workingDirectory))
      display.print(line)
  }

  function keepRunning(spec: ProcessSpec): Promise<ReadyReport> {
    if (built.disposed) return new Promise(() => {})
    const supervised = supervise(spec, display)
    running.push(supervised)
    built.defer(() => supervised.stop())
    supervised.ended.catch(fatal.reject)
    return supervised.ready
  }

  function logStart(workingDirectory: string): void {
    const rootCertificate = join(workingDirectory, 'certs/server/root.pem')
    display.log.info({ workingDirectory, rootCertificate }, 'starting')
  }

  function killAll(): void {
    process.exitCode = 1
    for (const supervised of running) supervised.kill()
  }
}
