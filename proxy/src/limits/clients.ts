import { type Allowance, type Consume, createAllowance, portionOf } from './allowance.ts'
import type { Rates } from './rates.ts'

/** How much one client may do; null for any amount. */
export interface Limits {
  /** Connections open at the same time. */
  readonly connections: number | null
  /** Handshakes begun in a second. */
  readonly handshakes: number | null
  /** Requests in a second. */
  readonly requests: number | null
  /** Bytes received in a second, as an average over ten seconds. */
  readonly bytes: number | null
}

/** What a client is known by. */
export type ClientKind = 'address' | 'certificate'

/** What one address or certificate is doing and may still do. */
export interface Client {
  readonly kind: ClientKind
  /** An address, or the fingerprint of a certificate. */
  readonly name: string
  /** Number of open connections. */
  connections: number
  readonly handshakes: Allowance | null
  readonly requests: Allowance | null
  readonly consumeBytes: Consume | null
  /** Bytes received since the last sweep. */
  bytes: number
  /** The time in milliseconds until which the client may send no bytes; 0 when it may. */
  bytesBlockedUntil: number
}

const bytesWindowSeconds = 10

interface Clients {
  /** Returns the client of that name, and creates it if there is none. */
  get(name: string): Client
  all(): Iterable<Client>
  remove(client: Client): void
}

interface ClientsDeps {
  readonly rates: Rates
  /** The time in milliseconds. */
  readonly now: () => number
}

/** All clients of one kind by their names. */
export function createClients(kind: ClientKind, limits: Limits, { rates, now }: ClientsDeps): Clients {
  const { handshakes, requests, bytes } = limits
  const handshakesOf = counterOf('handshakes', withPortion(handshakes), 1)
  const requestsOf = counterOf('requests', withPortion(requests), 1)
  const bytesOf = counterOf('bytes', bytes && bytes * bytesWindowSeconds, bytesWindowSeconds)
  const byName = new Map<string, Client>()
  return { get, all: () => byName.values(), remove: ({ name }: Client) => void byName.delete(name) }

  function get(name: string): Client {
    const client = byName.get(name) ?? create(name)
    byName.set(name, client)
    return client
  }

  function create(name: string): Client {
    return {
      kind,
      name,
      connections: 0,
      handshakes: handshakesOf && createAllowance(handshakesOf(name), handshakes ?? 0, now),
      requests: requestsOf && createAllowance(requestsOf(name), requests ?? 0, now),
      consumeBytes: bytesOf?.(name) ?? null,
      bytes: 0,
      bytesBlockedUntil: 0,
    }
  }

  function counterOf(unit: keyof Limits, max: number | null, seconds: number) {
    return max === null ? null : rates.counter(`${kind}-${unit}`, max, seconds)
  }
}

/** The units that a counter has to grant so that an allowance can reserve in advance. */
const withPortion = (max: number | null): number | null => max && max + portionOf(max)
