import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { lowerPriority } from '@pushav/shared/priority.ts'

/** One process of ours and how to treat it. */
export interface Part {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Its environment; a restart is given the facts of the run before, so that it takes the same port. */
  env(before: Facts): NodeJS.ProcessEnv
  /** How it says that it is ready: a message on its IPC channel, or a line of its output. */
  readonly readyOn: 'message' | RegExp
  /** Whether one of its lines is shown. */
  isShown(line: string): boolean
  readonly stopWithinMs: number
  /** How readily it leaves the processor to the others. */
  readonly niceness?: number
  /** A file descriptor that it keeps open as long as it lives. */
  readonly lifeline: number
  /** What may help when it does not start. */
  readonly advice?: string
}

/** What a part tells when it is ready. */
export interface Facts {
  readonly port?: number
}

/** A running part. */
export interface Child {
  readonly pid: number | undefined
  readonly ready: Promise<Facts>
  /** How it ended, once it and all that held its output are gone. */
  readonly closed: Promise<string>
  lastLines(): readonly string[]
  stop(): Promise<void>
  kill(): void
}

/**
 * Starts a part in a process group of its own, so that Ctrl-C reaches only us. It does not outlive us:
 * one that speaks IPC ends when the channel closes, every other is under guard.sh.
 */
export function startChild(part: Part, before: Facts, show: (line: string) => void): Child {
  const [command, ...args] = part.command
  const speaks = part.readyOn === 'message'
  const [zeroth, third] = speaks ? (['ignore', 'ipc'] as const) : (['pipe', 'ignore'] as const)
  const stdio: StdioOptions = [zeroth, 'pipe', 'pipe', third, part.lifeline]
  const child = spawn(command, args, { env: part.env(before), detached: true, stdio })
  if (child.pid !== undefined && part.niceness !== undefined) lowerPriority(child.pid, part.niceness)
  const closed = once(child, 'close').then(
    ([code, signal]) => (signal ? `killed by ${signal}` : `exit code ${code}`),
    (error: Error) => error.message,
  )
  const { promise: ready, resolve } = Promise.withResolvers<Facts>()
  const lines: string[] = []
  child.stdin?.on('error', () => {})
  if (speaks) child.on('message', (message) => isReady(message) && resolve(message))
  if (speaks) child.once('exit', () => killGroup(child))
  for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on('line', hear)
  return { pid: child.pid, ready, closed, lastLines: () => lines, stop, kill: () => killGroup(child) }

  function hear(line: string): void {
    lines.push(line)
    if (lines.length > 20) lines.shift()
    if (part.isShown(line)) show(line)
    if (part.readyOn instanceof RegExp && part.readyOn.test(line)) resolve({})
  }

  async function stop(): Promise<void> {
    const late = setTimeout(() => killGroup(child), part.stopWithinMs)
    if (speaks) child.kill('SIGTERM')
    else child.stdin?.end()
    await closed
    clearTimeout(late)
  }
}

function isReady(message: unknown): message is Facts {
  return typeof message === 'object' && message !== null && 'ready' in message
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
