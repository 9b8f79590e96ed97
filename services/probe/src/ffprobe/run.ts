import { type ChildProcess, spawn } from 'node:child_process'

export interface Limits {
  readonly timeoutMs: number
  readonly directory: string
}

export interface Run {
  readonly stopped: 'too-long' | 'too-much' | null
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const maxStdoutBytes = 2 ** 20
const maxStderrBytes = 4_096

/** Runs a command to its end, which comes by SIGKILL to its whole process group if it overdoes anything. */
export function run([command = '', ...args]: readonly string[], limits: Limits): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: limits.directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stopped: Run['stopped'] = null
    const timer = setTimeout(() => stop('too-long'), limits.timeoutMs)
    const stdout = collected(child.stdout, maxStdoutBytes, () => stop('too-much'))
    const stderr = collected(child.stderr, maxStderrBytes)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ stopped, code, signal, stdout: stdout(), stderr: stderr() })
    })

    function stop(why: Run['stopped']): void {
      stopped ??= why
      killGroup(child)
    }
  })
}

/** Keeps so many bytes and lets the rest go by, so that the writer is never blocked. */
function collected(output: NodeJS.ReadableStream, maxBytes: number, onMore?: () => void): () => string {
  const kept: Buffer[] = []
  let room = maxBytes
  output.on('data', (bytes: Buffer) => {
    kept.push(bytes.subarray(0, room))
    if (bytes.length > room) onMore?.()
    room -= Math.min(room, bytes.length)
  })
  return () => Buffer.concat(kept).toString()
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}
