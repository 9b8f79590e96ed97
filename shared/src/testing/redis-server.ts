import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryDirectory } from './temporary-directory.ts'

/** A private, append-only Redis on a Unix socket, for tests. */
export interface RedisServer extends AsyncDisposable {
  /** Path of the socket, which clients accept in place of a URL. */
  readonly path: string
  /** The directory with the data of Redis. */
  readonly directory: string
  /** Kills Redis, as a crash would. */
  kill(): Promise<void>
  /** Suspends Redis, like a machine that is gone: connections stay open, and no command gets a reply. */
  freeze(): void
  /** Resumes Redis after `freeze`. */
  thaw(): void
  start(): Promise<void>
}

/** Starts redis-server with settings of redis.conf. Disposal stops the server and removes its files. */
export async function startRedisServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  await using undo = new AsyncDisposableStack()
  const { path: directory } = undo.use(await temporaryDirectory())
  const path = join(directory, 'redis.sock')
  const ours = { port: '0', unixsocket: path, dir: directory, appendonly: 'yes', save: '' }
  const options = Object.entries({ ...ours, ...settings }).flatMap(([name, value]) => [`--${name}`, value])
  let server = await launchRedis(options, /ready to accept connections/i)
  undo.defer(kill)
  const kept = undo.move()
  return {
    path,
    directory,
    kill,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async start() {
      server = await launchRedis(options, /ready to accept connections/i)
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }

  function kill(): Promise<void> {
    return endProcess(server)
  }
}

/** Starts redis-server and waits until it says that it is ready. */
export async function launchRedis(args: readonly string[], ready: RegExp): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const bytes of server.stdout.iterator({ destroyOnReturn: false })) {
    said += bytes
    if (ready.test(said)) break
  }
  if (!ready.test(said)) throw new Error(`redis-server did not start: ${said}`)
  server.stdout.on('data', () => undefined)
  return server
}

/** Kills a process, as a crash would, and resolves once it has exited. */
export async function endProcess(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const exited = once(process, 'exit')
  process.kill('SIGKILL')
  await exited
}
