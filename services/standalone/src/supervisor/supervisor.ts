import type { Logger } from '@pushav/shared/logger.ts'
import { StartupError } from '../startup-error.ts'
import { type ProcessSpec, type ReadyReport, type RunningProcess, startProcess } from './child-process.ts'
import { mayRestart } from './restart-policy.ts'

/** A process that is kept running. */
export interface SupervisedProcess {
  readonly ready: Promise<ReadyReport>
  /** Resolves once it was stopped; rejects with a `StartupError` when it cannot be kept running. */
  readonly ended: Promise<void>
  stop(): Promise<void>
  kill(): void
}

export interface SuperviseDeps {
  readonly log: Logger
  showLine(service: string, line: string): void
}

/** Starts a process and restarts it when it exits, unless it was never ready or exits too often. */
export function supervise(spec: ProcessSpec, { log, showLine }: SuperviseDeps): SupervisedProcess {
  const { promise: ready, resolve: reportReady } = Promise.withResolvers<ReadyReport>()
  let report: ReadyReport | null = null
  let stopping = false
  let child = start()
  return { ready, ended: keepRunning(), stop, kill: () => child.kill() }

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
    const exitTimes: number[] = []
    for (;;) {
      const cause = await child.exited
      if (stopping) return
      exitTimes.push(Date.now())
      if (report === null) throw new StartupError(failureReport(`did not start (${cause})`))
      if (!mayRestart(exitTimes)) throw new StartupError(failureReport(`exited too often (${cause})`))
      log.warn({ process: spec.name, cause }, 'process exited, restarting it')
      child = start()
    }
  }

  async function stop(): Promise<void> {
    stopping = true
    await child.stop()
  }

  function failureReport(failure: string): string {
    const sentence = [`${spec.name} ${failure}; its last lines:`, ...child.lastLines()].join('\n  ')
    return spec.advice ? `${sentence}\n${spec.advice}` : sentence
  }
}
