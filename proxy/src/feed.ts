import type { ClientRequest } from 'node:http'
import type { Exchange } from './exchange.ts'
import { valuesOf } from './headers.ts'

export interface Feeding {
  /** Leaves the rest of the body to others. */
  stop(): void
  /** Whether the body is wanted yet: one that waits for 100-continue is not until ingest says so. */
  hasBegun(): boolean
  /** Whether a byte of the body has been taken from the client. */
  hasTaken(): boolean
}

/**
 * Moves a body upstream as fast as ingest takes it. A body that is cut off is cut off there too, where it ended; one
 * whose last byte has come arrives whole, even if its sender has left meanwhile.
 */
export function feed(exchange: Exchange, request: ClientRequest): Feeding {
  const { body } = exchange
  let isOver = false
  let isBegun = false
  let taken = false
  const resume = () => void body.resume()
  // Node has sent such a head already. An answer instead of a continue closes the socket to ingest, and
  // anything written to it then would break it before the answer is read.
  if (valuesOf(exchange.headers, 'expect').length > 0) request.once('continue', begin)
  else flush()
  return { stop, hasBegun: () => isBegun, hasTaken: () => taken }

  /** Ingest may have closed a kept socket: the head brings that to light before a byte is taken. */
  function flush(): void {
    request.flushHeaders()
    if (request.reusedSocket) setImmediate(begin)
    else begin()
  }

  function begin(): void {
    if (isOver) return
    isBegun = true
    body.on('data', take).on('end', settle).on('aborted', settle).on('close', settle)
    request.on('drain', resume)
    if (body.destroyed || body.readableEnded) settle()
  }

  function take(bytes: Buffer): void {
    taken = true
    if (!request.write(bytes)) body.pause()
  }

  function settle(): void {
    if (isOver) return
    stop()
    for (let rest = body.read(); rest !== null; rest = body.read()) request.write(rest)
    if (exchange.isBodyComplete()) request.end()
    else cutOff()
  }

  /** Ingest sees the end of the connection where the body should go on, behind all that has come of it. */
  function cutOff(): void {
    if (request.socket) request.socket.end()
    else request.destroy()
  }

  function stop(): void {
    isOver = true
    body.off('data', take).off('end', settle).off('aborted', settle).off('close', settle)
    request.off('drain', resume)
  }
}
