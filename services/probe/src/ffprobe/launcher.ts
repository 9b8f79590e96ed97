import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { shellQuote } from '@pushav/shared/lib/shell-quote.ts'
import { killGroup } from '@pushav/shared/process/kill-group.ts'
import { lowerPriority } from '@pushav/shared/process/priority.ts'
import { readUntilMarker } from './read-until-marker.ts'
import { sessionIsRunnable } from './session-is-runnable.ts'

interface RunOptions {
  readonly timeoutMs: number
  /** The command's working directory. */
  readonly directory: string
}

export interface RunResult {
  /** Why the launcher killed the command; null when it ended by itself. */
  readonly stopped: 'timeout' | 'output-limit' | null
  /** Exit code as a shell reports it; 128 + the number of the signal that ended the command. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A process that runs commands, one at a time. */
export interface Launcher extends Disposable {
  /**
   * Runs one command. A command that exceeds a limit is killed together with the launcher and everything the launcher
   * started. Throws when the launcher did not start, or another process killed it.
   */
  run(command: readonly string[], options: RunOptions): Promise<RunResult>
  /** False once the launcher has exited, or once its own processor time may near the limit. */
  isFresh(): boolean
}

const script = join(import.meta.dirname, 'launcher.sh')
const maxStdoutBytes = 2 ** 20
const maxStderrBytes = 4_096
/** Runs of one launcher: prlimit bounds the processor time of the launcher itself, too. */
const maxRuns = 500
const ticksPerTimeout = 10
/** A command that is always runnable, on a busy machine, is killed after 30 times its timeout. */
const maxTicks = 30 * ticksPerTimeout

/**
 * Starts a launcher under a command prefix that limits its rights, with a nice value. Every command that it runs
 * inherits both.
 */
export function startLauncher(launcherPrefix: readonly string[], niceness: number): Launcher {
  const [program = '/bin/sh', ...args] = [...launcherPrefix, '/bin/sh', script]
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const child = spawn(program, args, { env, detached: true })
  if (child.pid !== undefined) lowerPriority(child.pid, niceness)
  child.stdin.on('error', () => {})
  let spawnError: Error | null = null
  let runs = 0
  const exited = new Promise<null>((resolve) => {
    child.on('error', (error) => {
      spawnError = error
    })
    child.on('close', () => {
      runs = maxRuns
      resolve(null)
    })
  })
  return { run, isFresh: () => runs < maxRuns, [Symbol.dispose]: () => child.stdin.end() }

  async function run(command: readonly string[], { timeoutMs, directory }: RunOptions): Promise<RunResult> {
    runs += 1
    const marker = randomBytes(16).toString('hex')
    let stopped: RunResult['stopped'] = null
    const stop = (reason: RunResult['stopped']): void => {
      stopped ??= reason
      killGroup(child)
      // A process that left the group may still hold the pipes.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    using stdout = readUntilMarker(marker, child.stdout, maxStdoutBytes, () => stop('output-limit'))
    using stderr = readUntilMarker(marker, child.stderr, maxStderrBytes)
    let idleTicks = 0
    let ticks = 0
    const timer = setInterval(tick, timeoutMs / ticksPerTimeout)
    child.stdin.write(requestOf(marker, directory, command))
    const codes = await Promise.race([Promise.all([stdout.code, stderr.code]), exited])
    clearInterval(timer)
    if (!codes && !stopped) throw spawnError ?? new Error(`another process killed ffprobe: ${stderr.text()}`)
    return { stopped, code: codes?.[0] ?? 128 + 9, stdout: stdout.text(), stderr: stderr.text() }

    /**
     * Counts the tenths of the timeout in which the command was not runnable. A runnable command may be waiting for a
     * processor that other processes use, and prlimit bounds the processor time that the command itself uses.
     */
    function tick(): void {
      ticks += 1
      if (!sessionIsRunnable(child.pid)) idleTicks += 1
      if (idleTicks >= ticksPerTimeout || ticks >= maxTicks) stop('timeout')
    }
  }
}

/** The three lines that launcher.sh reads. */
function requestOf(marker: string, directory: string, command: readonly string[]): string {
  if (directory.includes('\n') || command.some((word) => word.includes('\n')))
    throw new Error('a command may not have line breaks')
  return `${marker}\n${directory}\n${command.map(shellQuote).join(' ')}\n`
}
