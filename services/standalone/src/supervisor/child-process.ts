import { type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { killGroup } from '@pushav/shared/process/kill-group.ts'
import { lowerPriority } from '@pushav/shared/process/priority.ts'
import type { ReadyReport } from '@pushav/shared/process/ready-report.ts'

/** A child process and how to treat it. */
export interface ProcessSpec {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** The environment. `before` is what the process reported before a restart, so that it takes the same ports again. */
  env(before: ReadyReport): NodeJS.ProcessEnv
  /** How the process reports that it is ready: a message on its IPC channel, or a line of its output. */
  readonly readyOn: 'message' | RegExp
  /** Whether to show a line of the process's output. */
  shows(line: string): boolean
  /** How long the process may take to stop before it is killed. */
  readonly stopTimeoutMs: number
  /** Nice value; 0 by default. */
  readonly niceness?: number
  /** The file descriptor that `openLivenessFifo` returned; the process inherits it. */
  readonly livenessFifo: number
  /** Folders with TypeScript files to watch: the process is restarted when one of them changes. */
  readonly sources?: readonly string[] | undefined
  /** Text to print when the process does not start. */
  readonly advice?: string
}

export interface RunningProcess {
  readonly pid: number | undefined
  readonly ready: Promise<ReadyReport>
  /** Resolves with how the process ended, when it and all processes that hold its output are gone. */
  readonly exited: Promise<string>
  /** The last lines of output, at most 20. */
  lastLines(): readonly string[]
  /** Asks the process to stop and kills it after `stopTimeoutMs`. Resolves when the process has exited. */
  stop(): Promise<void>
  kill(): void
}

const maxLastLines = 20

/**
 * Starts a process in a process group of its own, so that Ctrl-C reaches only this process. The child does not outlive
 * this process: a child with an IPC channel exits when the channel closes, any other runs under exit-with-stdin.sh.
 */
export function startProcess(
  spec: ProcessSpec,
  before: ReadyReport,
  showLine: (line: string) => void,
): RunningProcess {
  const [command, ...args] = spec.command
  const hasIpc = spec.readyOn === 'message'
  const [stdin, ipc] = hasIpc ? (['ignore', 'ipc'] as const) : (['pipe', 'ignore'] as const)
  const stdio: StdioOptions = [stdin, 'pipe', 'pipe', ipc, spec.livenessFifo]
  const child = spawn(command, args, { env: spec.env(before), detached: true, stdio })
  if (child.pid !== undefined && spec.niceness !== undefined) lowerPriority(child.pid, spec.niceness)
  const exited = once(child, 'close').then(
    ([code, signal]) => (signal ? `killed by ${signal}` : `exit code ${code}`),
    (error: Error) => error.message,
  )
  const { promise: ready, resolve } = Promise.withResolvers<ReadyReport>()
  const lines: string[] = []
  child.stdin?.on('error', () => {})
  if (hasIpc) child.on('message', (message) => isReadyReport(message) && resolve(message))
  if (hasIpc) child.once('exit', () => killGroup(child))
  for (const input of [child.stdout, child.stderr])
    if (input) createInterface({ input }).on('line', receiveLine)
  return { pid: child.pid, ready, exited, lastLines: () => lines, stop, kill: () => killGroup(child) }

  function receiveLine(line: string): void {
    lines.push(line)
    if (lines.length > maxLastLines) lines.shift()
    if (spec.shows(line)) showLine(line)
    if (spec.readyOn instanceof RegExp && spec.readyOn.test(line)) resolve({})
  }

  async function stop(): Promise<void> {
    const timer = setTimeout(() => killGroup(child), spec.stopTimeoutMs)
    if (hasIpc) child.kill('SIGTERM')
    else child.stdin?.end()
    await exited
    clearTimeout(timer)
  }
}

function isReadyReport(message: unknown): message is ReadyReport {
  return typeof message === 'object' && message !== null && 'ready' in message
}
