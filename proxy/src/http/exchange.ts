import type { Readable, Writable } from 'node:stream'
import type { FaultAction } from '@pushav/shared/faults/fault-action.ts'
import type { ClientConnection } from '../tls/client-connection.ts'

/** What a request target in absolute form names besides the path. */
export interface RequestOrigin {
  /** `http` or `https`. */
  readonly scheme: string
  /** Host and port. */
  readonly authority: string
}

/** One request and its response, the same for HTTP/1 and HTTP/2. */
export interface Exchange {
  readonly connection: ClientConnection
  readonly method: string
  /** The path and query of the request target, byte for byte as sent. */
  readonly target: string
  /** Scheme and authority of a target in absolute form (RFC 9112 3.2.2); null for any other. */
  readonly origin: RequestOrigin | null
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion: string
  /** Every authority that the request names; a valid request names one. */
  readonly hosts: readonly string[]
  /** Name and value in turn, as sent, without HTTP/2's pseudo-headers. */
  readonly headers: readonly string[]
  /** Content-Length as sent; null when the length is unknown. */
  readonly length: string | null
  readonly hasBody: boolean
  readonly body: Readable
  readonly response: Writable
  /** Frees the memory of body bytes that the proxy has copied and no longer reads. */
  release(bytes: Buffer): void
  /** Whether the last byte of the body has arrived, read or not; stays false when the body was cut off. */
  isBodyComplete(): boolean
  /** Whether the head of the response has been sent. */
  isResponding(): boolean
  /** Whether the client no longer waits for the response. */
  isAborted(): boolean
  /** Calls `listener` when the client leaves before the response is complete; possibly more than once. */
  onAbort(listener: () => void): void
  sendContinue(): void
  /** Call this in place of `sendContinue` when the client sends the body unasked. */
  omitContinue(): void
  /** Sends status and headers. `isLast` says that the connection (HTTP/1) takes no further request. */
  respond(status: number, headers: string[], isLast: boolean): void
  /** Whether the response said that the connection (HTTP/1) takes no further request. */
  isLast(): boolean
  /** Makes a response whose head has not been sent say that the connection (HTTP/1) takes no further request. */
  disableKeepAlive(): void
  /** Ends a response before the request body is complete, in a way that lets the client read all of it. */
  endEarly(): void
  /**
   * Cuts, resets or ends the connection or stream as a fault demands. A reset or a cut takes the place of the response.
   */
  carryOut(action: FaultAction): void
  /** Breaks the response off in a way that the client cannot mistake for its end. */
  destroy(): void
}

/** The safe methods (RFC 9110 9.2.1) that ingest serves: their requests may be dropped or repeated. */
export const isSafeMethod = (method: string | undefined): boolean => method === 'GET' || method === 'HEAD'

/**
 * How much of a request body the proxy reads and discards after an early response (nginx: lingering close). Otherwise
 * the kernel would reset the TCP connection, and the client might lose the response.
 */
const lingerLimits = { bytes: 256 * 2 ** 20, ms: 10_000 }

/** Reads and discards until the body ends, the client leaves or a limit is reached. */
export function linger(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    let bytesLeft = lingerLimits.bytes
    const timer = setTimeout(resolve, lingerLimits.ms)
    body.on('data', (bytes: Buffer) => {
      bytesLeft -= bytes.length
      if (bytesLeft < 0) finish()
    })
    body.once('end', finish).once('close', finish).resume()
    if (body.destroyed || body.readableEnded) finish()

    function finish(): void {
      clearTimeout(timer)
      resolve()
    }
  })
}
