import { type FaultAction, faultHeader, parseFaultAction } from '@pushav/shared/faults/fault-action.ts'
import { badUpstreamResponse, type ErrorResponse, ingestFailed } from './http/error-responses.ts'
import { type Exchange, isSafeMethod } from './http/exchange.ts'
import { valuesOf } from './http/headers.ts'
import type { RequestSender } from './request-body.ts'
import { type ResponseRelay, relayResponse } from './response-body.ts'
import type { ResponseListener, UpstreamConnection } from './upstream/connection.ts'
import type { ResponseHead } from './upstream/response-head.ts'

/**
 * How one attempt ended: the status of ingest's response, an error response that is still to be sent, a
 * client that left, or a kept-alive connection that turned out to be closed, so that the request can be sent
 * again.
 */
export type Outcome = number | ErrorResponse | 'client-gone' | 'stale-connection'

/**
 * Whether the proxy forwards a request although its client may have left. It forwards an upload as far as it has
 * arrived, even without a byte of its body, so that ingest records it. It does not forward a download, nor another
 * request of whose body nothing has arrived.
 */
export function shouldForward(exchange: Exchange): boolean {
  if (!exchange.isAborted()) return true
  if (isSafeMethod(exchange.method)) return false
  if (isUpload(exchange) || exchange.isBodyComplete()) return true
  return exchange.body.readableDidRead || exchange.body.readableLength > 0
}

/** DASH-IF Ingest 1.2, 5.2-1: POST means the same as PUT. */
const isUpload = ({ method, target }: Exchange): boolean =>
  method === 'PUT' || (method === 'POST' && /^\/streams\/\d+\/./.test(target))

/** The fault that ingest's response asks the proxy to show to the client; null in nearly all responses. */
function faultActionIn(headers: readonly string[]): FaultAction | null {
  const [action] = valuesOf(headers, faultHeader)
  return action === undefined ? null : parseFaultAction(action)
}

/** Sends a request on one connection and relays the response. Resolves when both have ended; never rejects. */
export function dispatch(
  exchange: Exchange,
  connection: UpstreamConnection,
  sender: RequestSender,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let status = 0
    let relay: ResponseRelay | null = null
    /** Whether ingest responded before it had read the whole body; ingest does not read the rest. */
    let isEarly = false
    const listener: ResponseListener = {
      onContinue() {
        if (sender.hasStarted()) exchange.omitContinue()
        // Deferred, so that Node reads the bytes that have arrived first: it drops them when a write to a client that
        // has left fails.
        else setImmediate(onContinue)
      },
      onHeaders,
      onData: (bytes) => relay?.write(bytes),
      onComplete,
      onDrain: sender.onDrain,
      onError,
    }
    connection.begin(exchange.method, listener)
    sender.sendTo(connection)
    exchange.onAbort(onAbort)

    function onContinue(): void {
      if (sender.onContinue()) exchange.sendContinue()
      else exchange.omitContinue()
    }

    function onHeaders(head: ResponseHead): void {
      status = head.status
      const action = faultActionIn(head.headers)
      if (action) carryOut(action)
      if (action && action.kind !== 'goaway') return
      isEarly = !sender.hasStarted() || (status >= 400 && !exchange.isBodyComplete())
      if (isEarly) sender.detach()
      relay = relayResponse(head, connection, exchange, isEarly)
    }

    /** A fault that takes the place of the response ends the request to ingest, too. */
    function carryOut(action: FaultAction): void {
      if (action.kind !== 'goaway') {
        isEarly = !exchange.isBodyComplete()
        sender.detach()
      }
      if (!exchange.isAborted()) exchange.carryOut(action)
      if (isEarly) exchange.body.resume()
    }

    /** After an error response that came before the end of the body the connection is not used again. */
    function onComplete(last: Buffer | null): void {
      relay?.end(last)
      if (isEarly || (status >= 400 && !sender.hasSentAll())) abort()
      resolve(status)
    }

    function onAbort(): void {
      if (!relay && shouldForward(exchange)) return
      abort()
      resolve(relay ? status : 'client-gone')
    }

    function abort(): void {
      sender.detach()
      connection.abort(listener)
      if (!isEarly) exchange.body.resume()
    }

    function onError(malformed: Error | null): void {
      sender.detach()
      relay?.abort()
      const outcome = relay ? status : outcomeOf(malformed)
      if (outcome !== 'stale-connection') exchange.body.resume()
      resolve(outcome)
    }

    function outcomeOf(malformed: Error | null): Outcome {
      if (!shouldForward(exchange)) return 'client-gone'
      if (malformed) return badUpstreamResponse(malformed.message)
      const mayRepeat = !sender.hasSentAnything() || (isSafeMethod(exchange.method) && !exchange.hasBody)
      if (connection.isReused() && mayRepeat) return 'stale-connection'
      return exchange.isAborted() && !exchange.isBodyComplete() ? 'client-gone' : ingestFailed
    }
  })
}
