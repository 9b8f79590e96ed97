import type { Exchange } from './http/exchange.ts'
import { forwardableHeaders } from './http/headers.ts'
import type { UpstreamConnection } from './upstream/connection.ts'
import type { ResponseHead } from './upstream/response-head.ts'

/** Relays the body of one response to the client. */
export interface ResponseRelay {
  /** Writes a copy of the bytes, because the connection reuses their memory after the call. */
  write(bytes: Buffer): void
  end(last: Buffer | null): void
  /** Breaks the client's response off, because ingest broke its response off; does nothing after `end`. */
  abort(): void
}

/** Up to this size a string is faster than a buffer, because Node writes it together with the head. */
const maxTextBytes = 16_384

/**
 * Sends ingest's response to the client, head first. `isEarly` says that the request body is not complete and
 * that ingest does not read the rest of it.
 */
export function relayResponse(
  head: ResponseHead,
  connection: UpstreamConnection,
  exchange: Exchange,
  isEarly: boolean,
): ResponseRelay {
  const { response } = exchange
  let isComplete = false
  let isPaused = false
  if (!exchange.isAborted()) exchange.respond(head.status, forwardableHeaders(head.headers), isEarly)
  return { write, end, abort }

  function write(bytes: Buffer): void {
    if (exchange.isAborted() || response.write(Buffer.from(bytes)) || isPaused) return
    isPaused = true
    connection.pause()
    response.once('drain', resume)
  }

  function resume(): void {
    isPaused = false
    if (!isComplete) connection.resume()
  }

  function end(last: Buffer | null): void {
    isComplete = true
    if (exchange.isAborted()) return
    if (isEarly) endEarly(last)
    else if (last === null) response.end()
    else if (last.length > maxTextBytes) response.end(Buffer.from(last))
    else response.end(last.toString('latin1'), 'latin1')
  }

  function endEarly(last: Buffer | null): void {
    if (last) response.write(Buffer.from(last))
    exchange.endEarly()
  }

  function abort(): void {
    if (isComplete) return
    isComplete = true
    if (!exchange.isAborted()) exchange.destroy()
  }
}
