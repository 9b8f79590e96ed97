import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Forward } from './forward.ts'
import type { Exchange } from './http/exchange.ts'

/** Resolves when the exchange is over; never rejects. */
export type Serve = (exchange: Exchange) => Promise<void>

/** The exchanges in flight. */
interface Exchanges {
  readonly serve: Serve
  /**
   * Waits until no exchange is in flight and the responses of those that were have been written. Resolves with false
   * when some still are after `timeoutMs`.
   */
  drain(timeoutMs: number): Promise<boolean>
  /**
   * Aborts those whose client certificate has been revoked or has expired meanwhile, but for requests that have arrived
   * whole and wait for their response: one of them may be the revocation.
   */
  abortRefused(): void
}

/** Forwards exchanges and keeps track of those in flight; one that fails is logged and aborted. */
export function trackExchanges(forward: Forward, log: Logger): Exchanges {
  const inFlight = new Set<Exchange>()
  const unwritten = createUnwritten()
  let onDrained: (() => void) | null = null
  return { serve, drain, abortRefused }

  async function serve(exchange: Exchange): Promise<void> {
    inFlight.add(exchange)
    if (onDrained) exchange.disableKeepAlive()
    try {
      await forward(exchange)
    } catch (error) {
      log.error({ error, method: exchange.method, target: exchange.target }, 'exchange failed')
      exchange.destroy()
    }
    unwritten.add(exchange.response)
    inFlight.delete(exchange)
    if (inFlight.size === 0) onDrained?.()
  }

  function abortRefused(): void {
    for (const exchange of inFlight) {
      const fault = exchange.connection.certificateFault()
      if (!fault || (exchange.isBodyComplete() && !exchange.isResponding())) continue
      const { method, target, connection } = exchange
      log.info({ method, target, address: connection.address, code: fault.code }, 'exchange aborted')
      exchange.destroy()
    }
  }

  async function drain(timeoutMs: number): Promise<boolean> {
    for (const exchange of inFlight) exchange.disableKeepAlive()
    const { promise, resolve } = Promise.withResolvers<void>()
    onDrained = resolve
    if (inFlight.size === 0) resolve()
    const drained = promise.then(unwritten.allClosed).then(() => true)
    return withTimeout(timeoutMs, drained).catch(() => false)
  }
}

/** So many are kept before those that have closed meanwhile are looked for. */
const minKept = 8

/**
 * Responses that are complete here, and that clients may not have: HTTP/2 sends the end of one in a later turn, and a
 * client may read slowly. Closing the connection would lose them. Costs a request no listener.
 */
function createUnwritten() {
  const responses = new Set<Writable>()
  let maxKept = minKept
  return {
    add(response: Writable): void {
      if (response.closed) return
      responses.add(response)
      if (responses.size > maxKept) forgetClosed()
    },
    async allClosed(): Promise<void> {
      await Promise.all([...responses].map((response) => closeOf(response)))
    },
  }

  function forgetClosed(): void {
    for (const response of responses) if (response.closed || response.destroyed) responses.delete(response)
    maxKept = Math.max(minKept, 2 * responses.size)
  }
}

/**
 * Pipelined requests of one HTTP/1 connection are served one after the other, in the order they came: the next one
 * when the client takes the response before it, or has left. Behind a response that ends the connection there is none
 * (RFC 9112 9.6): what came there may be the rest of a body.
 */
export function serializePerSocket(serve: Serve): (socket: Socket, exchange: Exchange) => void {
  const lastOf = new WeakMap<Socket, ServedRequest>()
  return function serveInOrder(socket, exchange) {
    const last = lastOf.get(socket)
    const end = last
      ? endOf(last, socket).then((mayGoOn) => mayGoOn && serveOne(exchange))
      : serveOne(exchange)
    const served = { response: exchange.response, end }
    lastOf.set(socket, served)
    end.then((mayGoOn) => mayGoOn && forgetOnceClosed(served, socket))
  }

  async function serveOne(exchange: Exchange): Promise<boolean> {
    await serve(exchange)
    return !exchange.isLast()
  }

  /** Most requests come when the response before them has long been taken: then nothing is waited for. */
  function forgetOnceClosed(served: ServedRequest, socket: Socket): void {
    const forget = () => lastOf.get(socket) === served && lastOf.delete(socket)
    if (served.response.closed) forget()
    else served.response.once('close', forget)
  }
}

interface ServedRequest {
  readonly response: Writable
  /**
   * Resolves when the exchange is over, though its response may still be on its way, with whether the connection takes
   * further requests.
   */
  readonly end: Promise<boolean>
}

async function endOf({ response, end }: ServedRequest, socket: Socket): Promise<boolean> {
  const mayGoOn = await end
  if (mayGoOn) await closeOf(response, socket)
  return mayGoOn
}

/** Resolves when a response has been written to its socket, or can no longer be. */
function closeOf(response: Writable, socket?: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.destroyed || socket?.destroyed) return resolve()
    response.once('close', finish)
    socket?.once('close', finish)

    function finish(): void {
      response.off('close', finish)
      socket?.off('close', finish)
      resolve()
    }
  })
}
