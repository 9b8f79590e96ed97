import type { Exchange } from './exchange.ts'
import { valuesOf } from './headers.ts'
import type { Lane } from './lane.ts'

/** The way of one request to ingest, over as many lanes as it takes. */
export interface Feeding {
  /** Sends the head, as much of the body as has come, and then what comes of it. */
  into(lane: Lane): void
  /** Ingest says 100 Continue. */
  proceed(): void
  /** Ingest takes more again. */
  drained(): void
  /** Leaves the rest of the body to others; it waits for them. */
  stop(): void
  /** Whether the body is wanted yet: one that waits for 100 Continue is not until ingest says so. */
  hasBegun(): boolean
  /** Whether everything is on its way. */
  isDone(): boolean
  /** Whether ingest may have got a byte of the body, or the whole of a request that has none. */
  hasTaken(): boolean
}

/**
 * Moves a request upstream as fast as ingest takes it. A body that is cut off is cut off there too, where it ended;
 * one whose last byte has come arrives whole, even if its sender has left meanwhile.
 */
export function feed(exchange: Exchange, head: string): Feeding {
  const { body, hasBody, length } = exchange
  const waits = hasBody && valuesOf(exchange.headers, 'expect').length > 0
  const isChunked = hasBody && length === null
  let bytesLeft = hasBody ? Number(length ?? 0) : 0
  let lane: Lane
  let isOver = false
  let isBegun = false
  let isTaken = false
  let isDone = false
  /** Read from the client, but for a lane that ingest had closed while it was idle. */
  let undelivered: Buffer | null = null
  return {
    into,
    proceed,
    drained: () => void body.resume(),
    stop,
    hasBegun: () => isBegun,
    isDone: () => isDone,
    hasTaken: () => isTaken,
  }

  function into(next: Lane): void {
    lane = next
    isOver = false
    lane.send(head)
    if (waits && !isBegun) lane.flush()
    else sendFirst(hasBody ? (undelivered ?? body.read()) : null)
  }

  function sendFirst(bytes: Buffer | null): void {
    isBegun = true
    const isAll = !hasBody || (exchange.isBodyComplete() && body.readableLength === 0)
    if (bytes) send(bytes)
    if (isAll && isChunked) lane.send(lastChunk)
    lane.flush()
    undelivered = lane.isBroken() ? bytes : null
    if (lane.isBroken()) return
    if (bytes) used(bytes)
    if (isAll) finish()
    else follow()
  }

  function proceed(): void {
    if (isOver || isBegun) return
    isBegun = true
    follow()
  }

  function follow(): void {
    body.on('data', take).on('end', settle).on('aborted', settle).on('close', settle).resume()
    if (body.destroyed || body.readableEnded) settle()
  }

  function take(bytes: Buffer): void {
    send(bytes)
    used(bytes)
    if (lane.isFull()) body.pause()
  }

  function settle(): void {
    if (isOver) return
    unfollow()
    for (let rest = body.read(); rest !== null; rest = body.read()) take(rest)
    if (isChunked && exchange.isBodyComplete()) lane.send(lastChunk)
    finish()
  }

  /** What fell short of its length must not go on with the bytes of another request. */
  function finish(): void {
    isTaken = true
    isDone = !hasBody || (exchange.isBodyComplete() && bytesLeft === 0)
    if (isDone) lane.finish()
    else lane.cutOff()
  }

  function send(bytes: Buffer): void {
    if (isChunked) lane.send(`${bytes.length.toString(16)}\r\n`)
    lane.send(bytes)
    if (isChunked) lane.send('\r\n')
  }

  function used(bytes: Buffer): void {
    isTaken = true
    if (!isChunked) bytesLeft -= bytes.length
    exchange.release(bytes)
  }

  function stop(): void {
    if (isOver) return
    unfollow()
    body.pause()
  }

  function unfollow(): void {
    isOver = true
    body.off('data', take).off('end', settle).off('aborted', settle).off('close', settle)
  }
}

const lastChunk = '0\r\n\r\n'
