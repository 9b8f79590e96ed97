import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'
import { answerHeaders, valuesOf } from './headers.ts'

/**
 * Moves ingest's answer to the client. A cut on either side becomes a cut on the other. An error that
 * comes before the end of the body is the last thing to happen on the socket to ingest.
 */
export function relay(
  answer: IncomingMessage,
  request: ClientRequest,
  exchange: Exchange,
  early: boolean,
): void {
  const sink = exchange.answer
  const [length = '-1'] = valuesOf(answer.rawHeaders, 'content-length')
  let bytesLeft = exchange.method === 'HEAD' ? -1 : Number(length)
  let isOver = false
  const status = answer.statusCode ?? 502
  exchange.respond(status, answerHeaders(answer.rawHeaders), early)
  sink.on('drain', () => answer.resume())
  answer
    .on('data', pass)
    .on('end', finish)
    .on('error', () => {})
    .on('close', cut)

  function pass(bytes: Buffer): void {
    bytesLeft -= bytes.length
    // The last bytes and the end in one go: one packet less, one frame less.
    if (bytesLeft === 0 && !early) over(() => sink.end(bytes))
    else if (!sink.write(bytes)) answer.pause()
  }

  function finish(): void {
    if (early || (status >= 400 && !request.writableFinished)) request.destroy()
    over(() => (early ? exchange.endEarly() : sink.end()))
  }

  function cut(): void {
    if (answer.complete) finish()
    else over(() => exchange.cut())
  }

  function over(end: () => void): void {
    if (isOver) return
    isOver = true
    if (!exchange.isGone()) end()
  }
}
