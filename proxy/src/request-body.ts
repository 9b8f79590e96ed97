import type { Exchange } from './http/exchange.ts'
import { valuesOf } from './http/headers.ts'
import type { UpstreamConnection } from './upstream/connection.ts'

/** Sends one request to ingest, head and body; after a stale connection, again on the next one. */
export interface RequestSender {
  /** Sends the head, the body bytes that have arrived, and then the others as they arrive. */
  sendTo(connection: UpstreamConnection): void
  /** Starts the body after ingest's 100 Continue. Returns whether the client, too, waits for 100 Continue. */
  onContinue(): boolean
  /** The connection accepts more bytes again. */
  onDrain(): void
  /** Stops reading the body and leaves it paused for another reader. */
  detach(): void
  /** Whether the sender has started the body; a body that the client holds back starts after 100 Continue. */
  hasStarted(): boolean
  /** Whether the whole request has been handed to the connection. */
  hasSentAll(): boolean
  /** Whether ingest may have received a byte of the body or, of a request without a body, all of it. */
  hasSentAnything(): boolean
}

/**
 * Sends the request as fast as ingest reads it. When the client cuts the body off, the sender cuts the request to
 * ingest off at the same byte. It sends a body whose last byte has arrived whole, even if the client has left since.
 */
export function createRequestSender(exchange: Exchange, head: string): RequestSender {
  const { body, hasBody, length } = exchange
  const expectsContinue = hasBody && valuesOf(exchange.headers, 'expect').length > 0
  const isChunked = hasBody && length === null
  let bytesLeft = hasBody ? Number(length ?? 0) : 0
  let connection: UpstreamConnection
  let isDetached = false
  let hasStarted = false
  let hasSentAnything = false
  let hasSentAll = false
  /** Body bytes read for an attempt that failed on a stale connection; sent first on the next one. */
  let undelivered: Buffer | null = null
  return {
    sendTo,
    onContinue,
    onDrain: () => void body.resume(),
    detach,
    hasStarted: () => hasStarted,
    hasSentAll: () => hasSentAll,
    hasSentAnything: () => hasSentAnything,
  }

  function sendTo(next: UpstreamConnection): void {
    connection = next
    isDetached = false
    connection.send(head)
    if (expectsContinue && !hasStarted && !hasArrived()) connection.flush()
    else sendArrived(hasBody ? (undelivered ?? body.read()) : null)
  }

  /** Fast path: a body that has arrived whole goes out with the head in one write. */
  function sendArrived(bytes: Buffer | null): void {
    hasStarted = true
    const isWhole = !hasBody || (exchange.isBodyComplete() && body.readableLength === 0)
    if (bytes) send(bytes)
    if (isWhole && isChunked) connection.send(lastChunk)
    connection.flush()
    undelivered = connection.isBroken() ? bytes : null
    if (connection.isBroken()) return
    if (bytes) countSent(bytes)
    if (isWhole) finish()
    else attach()
  }

  /** RFC 9110 10.1.1: a server may omit 100 Continue when some of the body has arrived. */
  function onContinue(): boolean {
    if (isDetached || hasStarted) return false
    const isAwaited = !hasArrived()
    hasStarted = true
    attach()
    return isAwaited
  }

  function hasArrived(): boolean {
    return body.readableLength > 0 || exchange.isBodyComplete()
  }

  function attach(): void {
    body.on('data', onData).on('end', onEnd).on('aborted', onEnd).on('close', onEnd).resume()
    if (body.destroyed || body.readableEnded) onEnd()
  }

  function onData(bytes: Buffer): void {
    send(bytes)
    countSent(bytes)
    if (connection.needsDrain()) body.pause()
  }

  function onEnd(): void {
    if (isDetached) return
    removeListeners()
    for (let rest = body.read(); rest !== null; rest = body.read()) onData(rest)
    if (isChunked && exchange.isBodyComplete()) connection.send(lastChunk)
    finish()
  }

  /** Ends the connection after an incomplete body; otherwise ingest would read the next request as its rest. */
  function finish(): void {
    hasSentAnything = true
    hasSentAll = !hasBody || (exchange.isBodyComplete() && bytesLeft === 0)
    if (hasSentAll) connection.endRequest()
    else connection.truncateRequest()
  }

  function send(bytes: Buffer): void {
    if (isChunked) connection.send(`${bytes.length.toString(16)}\r\n`)
    connection.send(bytes)
    if (isChunked) connection.send('\r\n')
  }

  function countSent(bytes: Buffer): void {
    hasSentAnything = true
    if (!isChunked) bytesLeft -= bytes.length
    exchange.release(bytes)
  }

  function detach(): void {
    if (isDetached) return
    removeListeners()
    body.pause()
  }

  function removeListeners(): void {
    isDetached = true
    body.off('data', onData).off('end', onEnd).off('aborted', onEnd).off('close', onEnd)
  }
}

const lastChunk = '0\r\n\r\n'
