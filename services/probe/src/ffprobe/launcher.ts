import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { lowerPriority } from '@pushav/shared/priority.ts'
import { outputUntil } from './output-until.ts'
import { wantsProcessor } from './wants-processor.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly directory: string
}

export interface Run {
  readonly stopped: 'too-long' | 'too-much' | null
  /** As a shell says it: 128 and the number of the signal that ended the command. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A process that runs commands, one at a time. */
export interface Launcher extends Disposable {
  /** Ends by SIGKILL to all that the launcher started, itself too, if the command overdoes anything. */
  run(command: readonly string[], limits: Limits): Promise<Run>
  /** False once it is gone or has run so much that its own processor time might be held against it. */
  isFresh(): boolean
}

const script = join(import.meta.dirname, 'launcher.sh')
const maxStdoutBytes = 2 ** 20
const maxStderrBytes = 4_096
const maxRuns = 500
const niceness = 19
const ticksInTime = 10
const maxTicks = 30 * ticksInTime

/** Starts a launcher with the rights that `around` leaves it, which are those of all that it runs. */
export function startLauncher(around: readonly string[]): Launcher {
  const [command = '/bin/sh', ...args] = [...around, '/bin/sh', script]
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const child = spawn(command, args, { env, detached: true })
  if (child.pid !== undefined) lowerPriority(child.pid, niceness)
  child.stdin.on('error', () => {})
  let trouble: Error | null = null
  let runs = 0
  const gone = new Promise<null>((resolve) => {
    child.on('error', (error) => {
      trouble = error
    })
    child.on('close', () => {
      runs = maxRuns
      resolve(null)
    })
  })
  return { run, isFresh: () => runs < maxRuns, [Symbol.dispose]: () => child.stdin.end() }

  async function run(command: readonly string[], { timeoutMs, directory }: Limits): Promise<Run> {
    runs += 1
    const mark = randomBytes(16).toString('hex')
    let stopped: Run['stopped'] = null
    const stop = (why: Run['stopped']): void => {
      stopped ??= why
      killGroup(child)
      // Something that got away may still hold them.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    using stdout = outputUntil(mark, child.stdout, maxStdoutBytes, () => stop('too-much'))
    using stderr = outputUntil(mark, child.stderr, maxStderrBytes)
    let idle = 0
    let ticks = 0
    const timer = setInterval(tick, timeoutMs / ticksInTime)
    child.stdin.write(request(mark, directory, command))
    const code = await Promise.race([Promise.all([stdout.code, stderr.code]), gone])
    clearInterval(timer)
    if (!code && !stopped) throw trouble ?? new Error(`something killed ffprobe: ${stderr.text()}`)
    return { stopped, code: code?.[0] ?? 128 + 9, stdout: stdout.text(), stderr: stderr.text() }

    /** It is not late while it waits for the processor, which everybody else has first; what it uses is limited anyway. */
    function tick(): void {
      ticks += 1
      if (!wantsProcessor(child.pid)) idle += 1
      if (idle >= ticksInTime || ticks >= maxTicks) stop('too-long')
    }
  }
}

function request(mark: string, directory: string, command: readonly string[]): string {
  if (directory.includes('\n') || command.some((word) => word.includes('\n')))
    throw new Error('a command may not have line breaks')
  return `${mark}\n${directory}\n${command.map(quoted).join(' ')}\n`
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

function killGroup({ pid }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}
