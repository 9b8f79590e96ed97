import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut: connections break, and new ones are refused; or that hangs. */
export interface StoppableRelay extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  /** Connections stay, new ones are taken, and no byte passes. */
  hang(): void
  goOn(): void
}

export async function stoppableRelay(target: string): Promise<StoppableRelay> {
  const { hostname, port: targetPort } = new URL(target)
  /** Both ways of each connection. */
  const ways = new Map<Socket, Socket>()
  let isHanging = false
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
    goOn() {
      isHanging = false
      for (const [from, to] of ways) from.pipe(to)
    },
  }

  async function start(): Promise<void> {
    server = createServer((client) => {
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
