import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Forward } from './forward.ts'
import type { Exchange } from './http/exchange.ts'

/** Resolves when the exchange is over; never rejects. */
export type Serve = (exchange: Exchange) => Promise<void>

/** The exchanges in flight. */
interface Exchanges {
  readonly serve: Serve
  /** Waits until no exchange is in flight. Resolves with false when some still are after `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>
}

/** Forwards exchanges and keeps track of those in flight; one that fails is logged and aborted. */
export function trackExchanges(forward: Forward, log: Logger): Exchanges {
  const inFlight = new Set<Exchange>()
  let onDrained: (() => void) | null = null
  return { serve, drain }

  async function serve(exchange: Exchange): Promise<void> {
    inFlight.add(exchange)
    if (onDrained) exchange.disableKeepAlive()
    try {
      await forward(exchange)
    } catch (error) {
      log.error({ error, method: exchange.method, target: exchange.target }, 'exchange failed')
      exchange.destroy()
    }
    inFlight.delete(exchange)
    if (inFlight.size === 0) onDrained?.()
  }

  async function drain(timeoutMs: number): Promise<boolean> {
    for (const exchange of inFlight) exchange.disableKeepAlive()
    const { promise, resolve } = Promise.withResolvers<void>()
    onDrained = resolve
    if (inFlight.size === 0) return true
    const timer = setTimeout(resolve, timeoutMs)
    await promise
    clearTimeout(timer)
    return inFlight.size === 0
  }
}

/**
 * Pipelined requests of one HTTP/1 connection are served one after the other, in the order they came: the next one
 * when the client takes the response before it, or has left. Behind a response that ends the connection there is none
 * (RFC 9112 9.6): what came there may be the rest of a body.
 */
export function serializePerSocket(serve: Serve): (socket: Socket, exchange: Exchange) => void {
  /** Whether the next one may be served, once that is known. */
  const lastOf = new WeakMap<Socket, Promise<boolean>>()
  return function serveInOrder(socket, exchange) {
    const last = lastOf.get(socket)
    const ended = last
      ? last.then((mayGoOn) => mayGoOn && serveOne(socket, exchange))
      : serveOne(socket, exchange)
    lastOf.set(socket, ended)
    ended.then((mayGoOn) => mayGoOn && lastOf.get(socket) === ended && lastOf.delete(socket))
  }

  async function serveOne(socket: Socket, exchange: Exchange): Promise<boolean> {
    await serve(exchange)
    await closeOf(exchange.response, socket)
    return !exchange.isLast()
  }
}

/** Resolves when a response has been written to its socket, or can no longer be. */
function closeOf(response: Writable, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.destroyed || socket.destroyed) return resolve()
    response.once('close', finish)
    socket.once('close', finish)

    function finish(): void {
      response.off('close', finish)
      socket.off('close', finish)
      resolve()
    }
  })
}
