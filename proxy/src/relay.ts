import type { AnswerHead } from './answer-head.ts'
import type { Exchange } from './exchange.ts'
import { answerHeaders } from './headers.ts'
import type { Lane } from './lane.ts'

/** The way of one answer to the client. */
export interface Relaying {
  pass(bytes: Buffer): void
  finish(last: Buffer | null): void
  /** What is a cut on the side of ingest becomes one on the client's. */
  cut(): void
}

/** Up to here a copy as text is the faster one: it goes out together with the head. */
const mostText = 16_384

/** Moves ingest's answer to the client; `early` says that the body is not over yet, and nobody wants the rest. */
export function relay(head: AnswerHead, lane: Lane, exchange: Exchange, early: boolean): Relaying {
  const sink = exchange.answer
  let isOver = false
  let isHeld = false
  if (!exchange.isGone()) exchange.respond(head.status, answerHeaders(head.headers), early)
  return { pass, finish, cut }

  /** The bytes are only lent. */
  function pass(bytes: Buffer): void {
    if (exchange.isGone() || sink.write(Buffer.from(bytes)) || isHeld) return
    isHeld = true
    lane.pause()
    sink.once('drain', goOn)
  }

  function goOn(): void {
    isHeld = false
    if (!isOver) lane.resume()
  }

  function finish(last: Buffer | null): void {
    isOver = true
    if (exchange.isGone()) return
    if (early) endEarly(last)
    else if (last === null) sink.end()
    else if (last.length > mostText) sink.end(Buffer.from(last))
    else sink.end(last.toString('latin1'), 'latin1')
  }

  function endEarly(last: Buffer | null): void {
    if (last) sink.write(Buffer.from(last))
    exchange.endEarly()
  }

  function cut(): void {
    if (isOver) return
    isOver = true
    if (!exchange.isGone()) exchange.cut()
  }
}
