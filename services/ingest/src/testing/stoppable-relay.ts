import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut: connections break, and new ones are refused; or that hangs, or responds in its place. */
export interface StoppableRelay extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  /** Connections stay, new ones are taken, and no byte passes. */
  hang(): void
  /** Connections break, and each request on new ones gets 503 SlowDown. */
  slowDown(): void
  goOn(): void
}

const slowDownError = '<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>'
const slowDownResponse = [
  'HTTP/1.1 503 Slow Down',
  'Content-Type: application/xml',
  `Content-Length: ${slowDownError.length}`,
  'Connection: close',
  '',
  slowDownError,
].join('\r\n')

export async function stoppableRelay(target: string): Promise<StoppableRelay> {
  const { hostname, port: targetPort } = new URL(target)
  /** Both ways of each connection. */
  const ways = new Map<Socket, Socket>()
  let isHanging = false
  let slowsDown = false
  let server: Server | null = null
  let port = 0
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    stop,
    start,
    [Symbol.asyncDispose]: stop,
    hang() {
      isHanging = true
      for (const [from, to] of ways) from.unpipe(to).pause()
    },
    slowDown() {
      slowsDown = true
      for (const socket of ways.keys()) socket.destroy()
    },
    goOn() {
      isHanging = false
      slowsDown = false
      for (const [from, to] of ways) from.pipe(to)
    },
  }

  async function start(): Promise<void> {
    server = createServer((client) => {
      if (slowsDown)
        return void client.on('error', () => undefined).once('data', () => client.end(slowDownResponse))
      const upstream = connect(Number(targetPort), hostname)
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        ways.set(socket, other)
        socket.on('error', () => other.destroy())
        socket.on('close', () => ways.delete(socket))
        if (!isHanging) socket.pipe(other)
      }
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }

  async function stop(): Promise<void> {
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    server = null
    for (const socket of ways.keys()) socket.destroy()
    await closed
  }
}
