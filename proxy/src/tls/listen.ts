import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { errorCode } from '@pushav/shared/lib/error-code.ts'

/** A server that listens. */
export interface Listener {
  readonly port: number
  readonly addresses: readonly string[]
  /** Accepts no further connections. */
  stop(): void
  /** Closes every open connection. */
  destroy(): void
}

export const maxPort = 65_535

interface ListenTarget {
  /** An address or a name; `localhost` means the loopback addresses of IPv4 and, where the machine has it, IPv6. */
  readonly host: string
  readonly port: number
  /**
   * Whether other processes of this user may listen on the same port: the kernel then distributes the connections among
   * them.
   */
  readonly reusePort: boolean
}

/**
 * Starts listening. Rejects with Node's error when the address or port cannot be used, or this system does not support
 * `reusePort`.
 */
export async function listen(server: Server, { host, port, reusePort }: ListenTarget): Promise<Listener> {
  const sockets = new Set<Socket>()
  const isLocal = host === 'localhost'
  server.on('connection', track)
  const bound = await listenOn(server, { host: isLocal ? '127.0.0.1' : host, port, reusePort })
  const ipv6Server = isLocal ? await listenOnIpv6Loopback(server, bound.port, reusePort) : null
  return {
    port: bound.port,
    addresses: ipv6Server ? [bound.address, '::1'] : [bound.address],
    stop() {
      server.close()
      ipv6Server?.close()
    },
    destroy: () => sockets.forEach((socket) => void socket.destroy()),
  }

  function track(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
}

/**
 * Listens with a second server, because a server has one address, and hands its connections to the first. Null without
 * IPv6.
 */
async function listenOnIpv6Loopback(
  server: Server,
  port: number,
  reusePort: boolean,
): Promise<Server | null> {
  const ipv6Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  )
  try {
    await listenOn(ipv6Server, { host: '::1', port, reusePort })
    return ipv6Server
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return null
    throw error
  }
}

async function listenOn(server: Server, target: ListenTarget): Promise<AddressInfo> {
  server.listen(target)
  await once(server, 'listening')
  return server.address() as AddressInfo
}
