import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real redis-server on a Unix socket, append-only, that can be killed and come back with what it had. */
export async function startRedisServer(directory: string) {
  const socket = join(directory, 'redis.sock')
  let server = await start()
  return {
    socket,
    async kill() {
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
    async restart() {
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null && server.signalCode === null) await this.kill()
    },
  }

  async function start(): Promise<ChildProcess> {
    const keep = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--dir', directory]
    const child = spawn('redis-server', ['--port', '0', '--unixsocket', socket, ...keep], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface(child.stdout)) if (/ready to accept/i.test(line)) break
    child.stdout.resume()
    return child
  }
}
