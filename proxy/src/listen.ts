import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export interface Listening {
  readonly port: number
  readonly addresses: readonly string[]
  /** No further connections. */
  stop(): void
  /** Ends every connection that is still there. */
  destroy(): void
}

/** Opens the doors. `localhost` means both loopback addresses, where there is IPv6. */
export async function listen(front: Server, host: string, port: number): Promise<Listening> {
  const sockets = new Set<Socket>()
  const isLocal = host === 'localhost'
  front.on('connection', remember)
  const chosen = await listenOn(front, isLocal ? '127.0.0.1' : host, port)
  const door = isLocal ? await secondDoor(front, chosen.port) : null
  return {
    port: chosen.port,
    addresses: door ? [chosen.address, '::1'] : [chosen.address],
    stop() {
      front.close()
      door?.close()
    },
    destroy: () => sockets.forEach((socket) => void socket.destroy()),
  }

  function remember(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
}

/** A server listens at one address; what comes in at the other is handed to it. Null without IPv6. */
async function secondDoor(front: Server, port: number): Promise<Server | null> {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    front.emit('connection', socket),
  )
  try {
    await listenOn(door, '::1', port)
    return door
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return null
    throw error
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen(port, host)
  await once(server, 'listening')
  return server.address() as AddressInfo
}
