import type { Socket } from 'node:net'
import { networkOf } from '@pushav/shared/addresses/network-of.ts'
import { type Client, type ClientKind, createClients, type Limits } from './clients.ts'
import type { Rates } from './rates.ts'

/** A limit that a client has reached. */
export interface Excess {
  readonly client: ClientKind
  readonly unit: keyof Limits
  readonly max: number
  /** How long the client has to wait, in milliseconds. */
  readonly waitMs: number
}

/** The limits of one connection: those of its address and, once the handshake has shown it, of its certificate. */
export interface ConnectionLimits {
  /** Counts the connection for the certificate that its handshake showed. Returns whether the connection may go on. */
  identify(fingerprint: string): boolean
  /** Counts a request. Returns the limit that was reached, or null when the request may be served. */
  countRequest(): Excess | null
}

export interface ClientLimits extends Disposable {
  /** Counts a new connection. Returns null when the connection has to be closed. */
  admit(socket: Socket): ConnectionLimits | null
}

interface ClientLimitsDeps {
  readonly rates: Rates
  /** The time in milliseconds. */
  readonly now: () => number
  /** Called for each refusal and each connection closed; `name` is an address or a certificate's fingerprint. */
  readonly onExcess: (excess: Excess, name: string) => void
}

/** How often received bytes are added up, and clients without connections are forgotten. */
const sweepMs = 1_000

/** Counts what the clients of this proxy do, by their address and by their certificate; disposal closes `rates` too. */
export function createClientLimits(
  limits: Readonly<Record<ClientKind, Limits>>,
  { rates, now, onExcess }: ClientLimitsDeps,
): ClientLimits {
  const clientsOf = {
    address: createClients('address', limits.address, { rates, now }),
    certificate: createClients('certificate', limits.certificate, { rates, now }),
  }
  const countsBytes = limits.address.bytes !== null || limits.certificate.bytes !== null
  /** Connections whose bytes are counted. */
  const open = new Map<Socket, { clients: readonly Client[]; bytesRead: number }>()
  const timer = setInterval(sweep, sweepMs).unref()
  return { admit, [Symbol.dispose]: dispose }

  function admit(socket: Socket): ConnectionLimits | null {
    const address = clientsOf.address.get(networkOf(socket.remoteAddress ?? ''))
    if (!takeConnection(address, socket)) return null
    let clients: readonly Client[] = [address]
    if (countsBytes) watchBytes(socket, clients)
    return {
      identify(fingerprint) {
        const certificate = clientsOf.certificate.get(fingerprint)
        if (!takeConnection(certificate, socket)) return false
        clients = [address, certificate]
        if (countsBytes) watchBytes(socket, clients)
        return true
      },
      countRequest: () => countRequest(clients),
    }
  }

  function dispose(): void {
    clearInterval(timer)
    rates[Symbol.dispose]()
  }

  function takeConnection(client: Client, socket: Socket): boolean {
    const { connections: max, handshakes } = limits[client.kind]
    const waitMs = client.handshakes?.spend() ?? 0
    if (waitMs > 0) {
      exceed(client, 'handshakes', handshakes, waitMs)
      return false
    }
    if (max !== null && client.connections >= max) {
      exceed(client, 'connections', max, sweepMs)
      return false
    }
    client.connections += 1
    socket.once('close', () => {
      client.connections -= 1
    })
    return true
  }

  function countRequest(clients: readonly Client[]): Excess | null {
    for (const client of clients) {
      const waitMs = client.requests?.spend() ?? 0
      if (waitMs > 0) return exceed(client, 'requests', limits[client.kind].requests, waitMs)
      if (client.bytesBlockedUntil === 0) continue
      const bytesWaitMs = client.bytesBlockedUntil - now()
      if (bytesWaitMs > 0) return exceed(client, 'bytes', limits[client.kind].bytes, bytesWaitMs)
    }
    return null
  }

  function exceed(client: Client, unit: keyof Limits, max: number | null, waitMs: number): Excess {
    const excess = { client: client.kind, unit, max: max ?? 0, waitMs }
    onExcess(excess, client.name)
    return excess
  }

  function watchBytes(socket: Socket, clients: readonly Client[]): void {
    const known = open.get(socket)
    open.set(socket, { clients, bytesRead: known?.bytesRead ?? 0 })
    if (known === undefined) socket.once('close', () => open.delete(socket))
  }

  function sweep(): void {
    for (const [socket, connection] of open) {
      const bytes = socket.bytesRead - connection.bytesRead
      connection.bytesRead += bytes
      if (bytes > 0) countBytes(socket, connection.clients, bytes)
    }
    for (const { all, remove } of Object.values(clientsOf))
      for (const client of all()) {
        if (client.bytes > 0) void settleBytes(client)
        else if (client.connections === 0 && client.bytesBlockedUntil <= now()) remove(client)
      }
  }

  /** Closes the connection of a client that goes on sending while its bytes are blocked. */
  function countBytes(socket: Socket, clients: readonly Client[], bytes: number): void {
    for (const client of clients) client.bytes += bytes
    const blocked = clients.find(({ bytesBlockedUntil }) => bytesBlockedUntil > now())
    if (!blocked) return
    exceed(blocked, 'bytes', limits[blocked.kind].bytes, blocked.bytesBlockedUntil - now())
    socket.destroy()
  }

  async function settleBytes(client: Client): Promise<void> {
    const { bytes } = client
    client.bytes = 0
    const waitMs = (await client.consumeBytes?.(bytes)) ?? 0
    client.bytesBlockedUntil = waitMs > 0 ? now() + waitMs : 0
  }
}

/** Whether any limit is set. */
export const isLimited = (limits: Readonly<Record<ClientKind, Limits>>): boolean =>
  [...Object.values(limits.address), ...Object.values(limits.certificate)].some((max) => max !== null)
