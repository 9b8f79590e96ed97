import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const main = join(import.meta.dirname, '../main.ts')

export interface Launched {
  readonly process: ChildProcess
  /** Everything said so far, on both outputs. */
  said(): string
  /** The next match in what is or will be said; rejects when the process ends first. */
  saying(pattern: RegExp): Promise<RegExpExecArray>
  /** Exit code, or the signal that killed it. */
  readonly ended: Promise<number | string>
}

/** Starts the real thing. */
export const launch = (...flags: string[]): Launched => launchWith({}, ...flags)

/** Starts the real thing with more in its environment. */
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

/** Ends what a test started, however the test went. */
export function killing({ process, ended }: Launched): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL')
      await ended
    },
  }
}
