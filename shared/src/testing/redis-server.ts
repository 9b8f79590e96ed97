import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A private, append-only Redis on a Unix socket, for tests. */
export interface RedisServer extends AsyncDisposable {
  /** The socket; clients take it for a URL. */
  readonly path: string
  /** Ends it as a crash would. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Starts the real thing; its files go when it is disposed of. */
export async function startRedisServer(): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'pushav-redis-'))
  const path = join(directory, 'redis.sock')
  let server = await launch(directory, path)
  return {
    path,
    kill,
    async start() {
      server = await launch(directory, path)
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }
}

async function launch(directory: string, path: string): Promise<ChildProcess> {
  const options = [
    '--port',
    '0',
    '--unixsocket',
    path,
    '--dir',
    directory,
    '--appendonly',
    'yes',
    '--save',
    '',
  ]
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const bytes of server.stdout) {
    said += bytes
    if (said.includes('ready to accept connections')) break
  }
  if (!said.includes('ready to accept connections')) throw new Error(`redis-server did not start: ${said}`)
  server.stdout.on('data', () => undefined)
  return server
}
