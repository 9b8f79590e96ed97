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
   * Waits until no exchange is in flight and the responses of all have been written to the clients. Resolves with
   * false when that takes longer than `timeoutMs`.
   */
  drain(timeoutMs: number): Promise<boolean>
  /**
   * Aborts exchanges whose client certificate has been revoked or has expired since they began. Requests that have
   * arrived whole and wait for their response go on: one of them may be the request that revokes the certificate.
   */
  abortRefused(): void
}

/** Forwards exchanges and tracks those in flight. An exchange that fails is logged and aborted. */
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

/** The set of unwritten responses is swept of closed ones when it exceeds twice its last size, and at least this. */
const minSweepSize = 8

/**
 * Responses that the proxy has completed and Node may not have written yet: HTTP/2 sends the end of a response in a
 * later event loop turn, and a client may read slowly. Closing the connection would lose them. A sweep replaces
 * listeners on the responses, which would slow down every request.
 */
function createUnwritten() {
  const responses = new Set<Writable>()
  let sweepSize = minSweepSize
  return {
    add(response: Writable): void {
      if (response.closed) return
      responses.add(response)
      if (responses.size > sweepSize) forgetClosed()
    },
    async allClosed(): Promise<void> {
      await Promise.all([...responses].map((response) => closeOf(response)))
    },
  }

  function forgetClosed(): void {
    for (const response of responses) if (response.closed || response.destroyed) responses.delete(response)
    sweepSize = Math.max(minSweepSize, 2 * responses.size)
  }
}

/**
 * Serves pipelined requests of one HTTP/1 connection in the order of their arrival: each once the response before it
 * has been written, or its client has left. Requests after a response that closes the connection are not served (RFC
 * 9112 9.6): their bytes may be the rest of a body.
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

  /** Forgets a response once it has been written. Most requests come later than that and need not wait. */
  function forgetOnceClosed(served: ServedRequest, socket: Socket): void {
    const forget = () => lastOf.get(socket) === served && lastOf.delete(socket)
    if (served.response.closed) forget()
    else served.response.once('close', forget)
  }
}

interface ServedRequest {
  readonly response: Writable
  /**
   * Resolves with whether the connection takes further requests, when the exchange has ended; its response may not
   * have been written yet.
   */
  readonly end: Promise<boolean>
}

async function endOf({ response, end }: ServedRequest, socket: Socket): Promise<boolean> {
  const mayGoOn = await end
  if (mayGoOn) await closeOf(response, socket)
  return mayGoOn
}

/** Resolves when a response has been written to its socket, or cannot be written any more. */
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
