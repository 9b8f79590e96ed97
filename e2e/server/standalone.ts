import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { directoryWithRoots } from '../../services/ingest/src/testing/certificates.ts'
import { type ProcessName, pidOf } from './processes.ts'

/** The whole server as a user starts it, in a working directory of its own. */
export interface Standalone extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly workingDirectory: string
  /** The root certificate of the server. */
  readonly rootCertificate: string
  /** All lines that the server has printed. */
  readonly log: readonly string[]
  /** Resolves with the first line from index `from` on that matches. */
  logged(pattern: RegExp, from?: number): Promise<string>
  /** Kills one of its processes, as a crash would. Resolves when the standalone has noticed. */
  crash(part: ProcessName): Promise<void>
  /** Stops the standalone. Resolves with its exit code. */
  stop(): Promise<number | null>
}

/** How to start a standalone. */
export interface Launch {
  readonly command: string
  /** All arguments but the working directory. */
  readonly args: readonly string[]
  /** The host in its ready line. */
  readonly host: string
  readonly workingDirectory: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

const main = join(import.meta.dirname, '../../services/standalone/src/main.ts')
const logPatienceMs = 120_000

/** Starts a standalone on a free port, with the CAs of an earlier start, and waits until it is ready. */
export async function startStandalone(
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Standalone> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await directoryWithRoots())
  const args = [main, '--port', '0', ...flags]
  const launch = { command: process.execPath, args, host: 'localhost', workingDirectory: path, env }
  const standalone = built.use(await launchStandalone(launch))
  const running = built.move()
  return { ...standalone, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Starts a standalone by any command that leads to it, in the caller's working directory. */
export async function launchStandalone(launch: Launch): Promise<Standalone> {
  const { command, args, host, workingDirectory, cwd, env = {} } = launch
  await using built = new AsyncDisposableStack()
  const child = spawn(command, [...args, '--working-directory', workingDirectory], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  built.defer(async () => void (await stop()))
  const orphan = () => void child.kill('SIGKILL')
  process.once('exit', orphan)
  built.defer(() => void process.off('exit', orphan))
  child.once('error', () => undefined) // Told by 'close', too.
  const { log, logged } = listenTo(child)
  const readyLine = readyLineOf(host)
  const [, port] = readyLine.exec(await logged(readyLine)) ?? []
  const running = built.move()

  return {
    url: `https://localhost:${port}`,
    port: Number(port),
    pid: child.pid ?? 0,
    workingDirectory,
    rootCertificate: join(workingDirectory, 'certs/server/root.pem'),
    log,
    logged,
    crash,
    stop,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function crash(part: ProcessName): Promise<void> {
    const from = log.length
    process.kill(await pidOf(child.pid ?? 0, part), 'SIGKILL')
    await logged(new RegExp(`process exited, restarting it.*"process":"${part}"`), from)
  }

  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    return exited
  }
}

const readyLineOf = (host: string) =>
  new RegExp(`^Running on https://${host.replaceAll('.', '\\.')}:(\\d+) \\(CTRL \\+ C to quit\\)$`)

function listenTo(child: ChildProcess): Pick<Standalone, 'log' | 'logged'> {
  const log: string[] = []
  const said = new EventEmitter().setMaxListeners(100)
  for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on('line', hear)
  child.once('close', (code) => hear(`(the standalone ended with ${code})`))
  return { log, logged }

  function hear(line: string): void {
    log.push(stripVTControlCharacters(line))
    said.emit('line')
  }

  async function logged(pattern: RegExp, from = 0): Promise<string> {
    const signal = AbortSignal.timeout(logPatienceMs)
    for (let next = from; ; ) {
      const line = log.slice(next).find((line) => pattern.test(line))
      if (line !== undefined) return line
      if (child.exitCode !== null) throw new Error(`it ended without saying ${pattern}:\n${log.join('\n')}`)
      next = log.length
      await once(said, 'line', { signal })
    }
  }
}
