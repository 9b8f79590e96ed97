import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamConnection } from './connection.ts'
import { type IngestAddresses, keyOf } from './ingest-addresses.ts'
import { createPool, type Pool } from './pool.ts'
import { createWriteBatch } from './write-batch.ts'

const retryMs = 100
/** An ingest that has not accepted a connection after this time counts as one that refuses connections. */
const connectTimeoutMs = 3_000
/** How long an ingest that refused a connection is passed over. */
const coolDownMs = 1_000
const readBufferBytes = 256 * 1024

/** Load balancer over the connection pools of all ingests. */
export interface BalancedPool extends Disposable {
  /**
   * A connection on which no byte of this request has been sent: at once when one is idle, else a new one.
   * While no ingest accepts connections it retries until the time is up or `shouldForward` says no; then it
   * rejects with `UpstreamUnreachable`.
   */
  acquire(shouldForward: () => boolean): UpstreamConnection | Promise<UpstreamConnection>
}

/** No ingest accepted a connection in time. */
export class UpstreamUnreachable extends Error {}

/** `waitMs` is how long `acquire` retries; `now` is the time in milliseconds. */
export function createBalancedPool(
  addresses: IngestAddresses,
  waitMs: number,
  now: () => number,
): BalancedPool {
  const buffers = { read: Buffer.allocUnsafeSlow(readBufferBytes), writes: createWriteBatch() }
  const ingests: Ingest[] = []
  /** Pools of ingests whose address is gone; requests in flight on them go on. */
  const retired = new Set<Pool>()
  update()
  addresses.onChange(update)
  return { acquire, [Symbol.dispose]: dispose }

  function update(): void {
    const wanted = new Map(addresses.current().map((address) => [keyOf(address), address]))
    const gone = ingests.filter(({ key }) => !wanted.has(key))
    const known = new Set(ingests.map(({ key }) => key))
    for (const [key, address] of wanted)
      if (!known.has(key)) ingests.push({ key, pool: createPool(address, buffers), downUntil: 0 })
    for (const ingest of gone) {
      ingests.splice(ingests.indexOf(ingest), 1)
      retired.add(ingest.pool)
    }
    for (const pool of retired) if (pool.inFlight() === 0) dropRetired(pool)
  }

  function dropRetired(pool: Pool): void {
    retired.delete(pool)
    pool[Symbol.dispose]()
  }

  function dispose(): void {
    for (const { pool } of ingests) pool[Symbol.dispose]()
    for (const pool of retired) pool[Symbol.dispose]()
  }

  function acquire(shouldForward: () => boolean): UpstreamConnection | Promise<UpstreamConnection> {
    const ingest = pick()
    return ingest.pool.takeIdle() ?? connect(ingest, shouldForward)
  }

  async function connect(first: Ingest, shouldForward: () => boolean): Promise<UpstreamConnection> {
    const deadline = now() + waitMs
    for (let ingest = first; ; ingest = pick()) {
      const { pool } = ingest
      const connection = pool.takeIdle() ?? (await pool.connect(Math.min(deadline - now(), connectTimeoutMs)))
      if (connection) return connection
      ingest.downUntil = now() + coolDownMs
      if (!shouldForward() || now() + retryMs > deadline) throw new UpstreamUnreachable()
      if (ingests.every(isDown)) await sleep(retryMs)
    }
  }

  /** The ingest with the fewest connections in use; one that refused lately only if all did. */
  function pick(): Ingest {
    // Rotates the list, so that ingests with equal load take turns.
    ingests.push(...ingests.splice(0, 1))
    return ingests.reduce((best, next) => (isBetter(next, best) ? next : best))
  }

  function isBetter(one: Ingest, other: Ingest): boolean {
    if (isDown(one) !== isDown(other)) return isDown(other)
    return one.pool.inFlight() < other.pool.inFlight()
  }

  function isDown({ downUntil }: Ingest): boolean {
    return downUntil > 0 && now() < downUntil
  }
}

interface Ingest {
  readonly key: string
  readonly pool: Pool
  /** The time in milliseconds until which the ingest is passed over; 0 when it has never refused a connection. */
  downUntil: number
}
