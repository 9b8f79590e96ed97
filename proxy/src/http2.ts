import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Connection } from './connection.ts'
import { type Exchange, linger } from './exchange.ts'
import { lowerOf, valuesOf } from './headers.ts'

const { NGHTTP2_NO_ERROR } = constants

/** One HTTP/2 stream as an exchange. `rawHeaders` holds the pseudo-headers too. */
export function http2Exchange(
  stream: ServerHttp2Stream,
  rawHeaders: readonly string[],
  connection: Connection,
  idleMs: number,
): Exchange {
  const pseudos = rawHeaders.slice(0, pseudosIn(rawHeaders))
  const headers = rawHeaders.slice(pseudos.length)
  const pseudo = (name: string) => valuesOf(pseudos, name)
  const authority = pseudo(':authority')
  const [length = null] = valuesOf(headers, 'content-length')
  const isComplete = completionOf(stream)
  stream.on('error', ignore)
  stream.setTimeout(idleMs, () => stream.destroy(new Error('silent for too long')))
  const isGone = () => stream.destroyed || stream.closed
  return {
    connection,
    method: pseudo(':method')[0] ?? '',
    target: pseudo(':path')[0] ?? '',
    httpVersion: '2',
    hosts: authority.length > 0 ? authority : valuesOf(headers, 'host'),
    headers,
    length,
    hasBody: !stream.endAfterHeaders,
    body: stream,
    answer: stream,
    // Its memory may hold frames of other streams.
    release() {},
    isBodyComplete: isComplete,
    isGone,
    onGone(listener) {
      // A reset ends the stream before it is closed, so that it looks finished.
      stream.once('close', () => (stream.aborted || !stream.writableFinished) && listener())
    },
    sendContinue() {
      if (!isGone() && !stream.headersSent) stream.additionalHeaders({ ':status': 100 })
    },
    respond: (status, answerHeaders) =>
      stream.respond([':status', String(status), ...lowerNames(answerHeaders)]),
    makeLast() {},
    endEarly() {
      stream.end()
      linger(stream).then(() => isGone() || stream.close(NGHTTP2_NO_ERROR))
    },
    // Node's close() would end the stream in good order before it resets it.
    cut: () => void stream.destroy(new Error('cut off')),
  }
}

/** Whether END_STREAM came. Node emits 'end' for streams that were reset or cut off, too. */
function completionOf(stream: ServerHttp2Stream): () => boolean {
  let isComplete = stream.endAfterHeaders
  // 'end' waits for a reader; until then only Node's own flag tells a stream that ended from one that did not.
  const hasEnd = () => (stream as unknown as { _readableState: { ended: boolean } })._readableState.ended
  stream.on('end', () => {
    isComplete ||= !stream.aborted
  })
  stream.on('aborted', () => {
    isComplete ||= hasEnd()
  })
  return () => isComplete || (hasEnd() && !stream.aborted && !stream.destroyed)
}

function ignore(): void {}

/** How many words they take: RFC 9113 8.3 has them before all others, and nghttp2 sees to it. */
function pseudosIn(rawHeaders: readonly string[]): number {
  let words = 0
  while (rawHeaders[words]?.startsWith(':')) words += 2
  return words
}

const lowerNames = (headers: readonly string[]): string[] =>
  headers.map((word, at) => (at % 2 === 0 ? lowerOf(word) : word))
