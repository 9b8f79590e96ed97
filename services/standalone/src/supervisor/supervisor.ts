import type { Logger } from '@pushav/shared/logger.ts'
import type { ReadyReport } from '@pushav/shared/process/ready-report.ts'
import { StartupError } from '../startup-error.ts'
import { type ProcessSpec, type RunningProcess, startProcess } from './child-process.ts'
import { mayRestart } from './restart-policy.ts'
import { reasonIn } from './startup-reason.ts'
import { watchSources } from './watch-sources.ts'

/** A process that the supervisor keeps running. */
export interface SupervisedProcess {
  readonly ready: Promise<ReadyReport>
  /** Resolves when the process has been stopped. Rejects with a `StartupError` when it cannot be kept running. */
  readonly ended: Promise<void>
  /** Stops the process and starts it again, with the environment that its specification returns then. */
  restart(): void
  stop(): Promise<void>
  kill(): void
}

interface SuperviseDeps {
  readonly log: Logger
  showLine(service: string, line: string): void
}

/**
 * Starts a process and restarts it when it exits, unless it was never ready or exits too often. A process with
 * `sources` is restarted when they change; after an exit it is restarted only then.
 */
export function supervise(spec: ProcessSpec, { log, showLine }: SuperviseDeps): SupervisedProcess {
  const { promise: ready, resolve: reportReady } = Promise.withResolvers<ReadyReport>()
  const exitTimes: number[] = []
  const watcher = spec.sources ? watchSources(spec.sources, restartForChange) : null
  let sourcesChanged = Promise.withResolvers<void>()
  let report: ReadyReport | null = null
  let stopping = false
  let restarting = false
  let child = start()
  return { ready, ended: keepRunning(), restart, stop, kill: () => child.kill() }

  function start(): RunningProcess {
    const started = startProcess(spec, report ?? {}, (line) => showLine(spec.name, line))
    log.info({ process: spec.name, processId: started.pid }, 'process started')
    void started.ready.then((latest) => {
      if (report !== null) log.info({ process: spec.name }, 'process restarted')
      report = latest
      reportReady(latest)
    })
    return started
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      const cause = await child.exited
      if (stopping) return
      if (watcher && !restarting) await waitForChange(cause)
      else if (!restarting) assertMayRestart(cause)
      restarting = false
      sourcesChanged = Promise.withResolvers<void>()
      if (stopping) return
      child = start()
    }
  }

  function assertMayRestart(cause: string): void {
    exitTimes.push(Date.now())
    if (report === null) throw new StartupError(failureReport(`did not start (${cause})`))
    if (!mayRestart(exitTimes)) throw new StartupError(failureReport(`exited too often (${cause})`))
    log.warn({ process: spec.name, cause }, 'process exited, restarting it')
  }

  function restartForChange(): void {
    log.info({ process: spec.name }, 'sources changed, restarting the process')
    restart()
  }

  function restart(): void {
    restarting = true
    sourcesChanged.resolve()
    void child.stop()
  }

  async function waitForChange(cause: string): Promise<void> {
    log.warn({ process: spec.name, cause }, 'process exited, waiting for its sources to change')
    await sourcesChanged.promise
  }

  async function stop(): Promise<void> {
    stopping = true
    watcher?.[Symbol.dispose]()
    sourcesChanged.resolve()
    await child.stop()
  }

  function failureReport(failure: string): string {
    const lines = child.lastLines()
    const reason = report === null ? reasonIn(lines) : null
    const sentence =
      reason === null
        ? [`${spec.name} ${failure}; its last lines:`, ...lines].join('\n  ')
        : `${spec.name} ${failure}: ${reason}`
    return spec.advice ? `${sentence}\n${spec.advice}` : sentence
  }
}
