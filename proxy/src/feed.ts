import type { ClientRequest } from 'node:http'
import type { Exchange } from './exchange.ts'

export interface Feeding {
  /** Leaves the rest of the body to others. */
  stop(): void
  /** Whether a byte of the body has been taken from the client. */
  hasTaken(): boolean
}

/**
 * Moves a body upstream as fast as ingest takes it. A body that is cut off is cut off there too; one
 * whose last byte has come arrives whole, even if its sender has left meanwhile.
 */
export function feed(exchange: Exchange, request: ClientRequest): Feeding {
  const { body } = exchange
  let isOver = false
  let taken = false
  const resume = () => void body.resume()
  request.flushHeaders()
  // Ingest may have closed a kept socket: the head brings that to light before a byte is taken.
  if (request.reusedSocket) setImmediate(begin)
  else begin()
  return { stop, hasTaken: () => taken }

  function begin(): void {
    if (isOver) return
    body.on('data', take).on('end', settle).on('aborted', settle).on('close', settle)
    request.on('drain', resume)
    if (body.destroyed) settle()
  }

  function take(bytes: Buffer): void {
    taken = true
    if (!request.write(bytes)) body.pause()
  }

  function settle(): void {
    if (isOver) return
    stop()
    if (!exchange.isBodyComplete()) return void request.destroy()
    for (let rest = body.read(); rest !== null; rest = body.read()) request.write(rest)
    request.end()
  }

  function stop(): void {
    isOver = true
    body.off('data', take).off('end', settle).off('aborted', settle).off('close', settle)
    request.off('drain', resume)
  }
}
