import type { Address } from '@pushav/shared/settings.ts'
import { connectTo, type SharedBuffers, type UpstreamConnection } from './connection.ts'

const maxIdle = 256
const sweepMs = 15_000

/** The connections to one ingest. */
export interface Pool extends Disposable {
  /** Takes the idle connection that was used last; null when there is none. */
  takeIdle(): UpstreamConnection | null
  /** Opens a connection; null when ingest refuses it or has not accepted it after `timeoutMs`. */
  connect(timeoutMs: number): Promise<UpstreamConnection | null>
  /** How many connections are in use or being opened. */
  inFlight(): number
}

/** Keeps idle connections for reuse. Ingest never closes an idle connection; the pool does after 15 to 30 s. */
export function createPool(address: Address, buffers: SharedBuffers): Pool {
  const all = new Set<UpstreamConnection>()
  /** Connections in the order of their last use: those that are not needed stay at the front. */
  const idle: UpstreamConnection[] = []
  /** How many connections at the front of `idle` have been idle since the last sweep. */
  let unused = 0
  const sweeper = setInterval(sweep, sweepMs).unref()
  return { takeIdle, connect, inFlight: () => all.size - idle.length, [Symbol.dispose]: dispose }

  function takeIdle(): UpstreamConnection | null {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      unused = Math.min(unused, idle.length)
      if (!connection.isBroken()) return connection
    }
    return null
  }

  function connect(timeoutMs: number): Promise<UpstreamConnection | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => connection.destroy(), Math.max(1, timeoutMs))
      const connection = connectTo(address, buffers, {
        onConnect: () => settle(connection),
        onIdle,
        onClose() {
          remove(connection)
          settle(null)
        },
      })
      all.add(connection)

      function settle(result: UpstreamConnection | null): void {
        clearTimeout(timer)
        resolve(result)
      }
    })
  }

  function onIdle(connection: UpstreamConnection): void {
    if (idle.length < maxIdle) idle.push(connection)
    else connection.destroy()
  }

  function remove(connection: UpstreamConnection): void {
    all.delete(connection)
    const at = idle.indexOf(connection)
    if (at !== -1) idle.splice(at, 1)
    unused = Math.min(unused, idle.length)
  }

  /** Closes the connections that have been idle since the last sweep. */
  function sweep(): void {
    for (const connection of idle.splice(0, unused)) connection.destroy()
    unused = idle.length
  }

  function dispose(): void {
    clearInterval(sweeper)
    for (const connection of all) connection.destroy()
  }
}
