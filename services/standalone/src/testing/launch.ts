import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const main = join(import.meta.dirname, '../main.ts')

export interface Launched {
  readonly process: ChildProcess
  /** All lines of both outputs so far. */
  said(): string
  /** Resolves with the first match in the lines so far or to come; rejects when the process ends before. */
  saying(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit code, or the signal that killed the process. */
  readonly ended: Promise<number | string>
}

/** Starts the program with flags. */
export const launch = (...flags: string[]): Launched => launchWith({}, ...flags)

/** Starts the program with flags and additional variables of the environment. */
export function launchWith(env: NodeJS.ProcessEnv, ...flags: string[]): Launched {
  const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }
  return listenTo(spawn(process.execPath, [main, ...flags], options))
}

export function listenTo(child: ChildProcess): Launched {
  const lines: string[] = []
  const said = () => lines.join('\n')
  for (const input of [child.stdout, child.stderr])
    if (input) createInterface({ input }).on('line', (line) => child.emit('said', lines.push(line)))
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  return { process: child, said, saying, ended }

  async function saying(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(said())
      if (found) return found
      const gone = await Promise.race([once(child, 'said').then(() => false), ended.then(() => true)])
      if (gone && !pattern.test(said())) throw new Error(`never said ${pattern}, but:\n${said()}`)
    }
  }
}

/** Disposal kills the process, whether or not the test has passed. */
export function killing({ process, ended }: Launched): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL')
      await ended
    },
  }
}
