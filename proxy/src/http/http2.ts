import { constants, type ServerHttp2Stream } from 'node:http2'
import type { ClientConnection } from '../tls/client-connection.ts'
import { hasReceivedEnd } from '../tls/node-internals.ts'
import { type Exchange, linger } from './exchange.ts'
import { lowerCaseOf, valuesOf } from './headers.ts'

const { NGHTTP2_NO_ERROR } = constants

/** A request of HTTP/2 as an exchange. `rawHeaders` holds the pseudo-headers too. */
export function http2Exchange(
  stream: ServerHttp2Stream,
  rawHeaders: readonly string[],
  connection: ClientConnection,
  idleMs: number,
): Exchange {
  const pseudoHeaders = rawHeaders.slice(0, pseudoHeadersEnd(rawHeaders))
  const headers = rawHeaders.slice(pseudoHeaders.length)
  const pseudo = (name: string) => valuesOf(pseudoHeaders, name)
  const authority = pseudo(':authority')
  const [length = null] = valuesOf(headers, 'content-length')
  const isBodyComplete = completionOf(stream)
  stream.setTimeout(idleMs, () => stream.destroy(new Error('idle for too long')))
  const isAborted = () => stream.destroyed || stream.closed
  return {
    connection,
    method: pseudo(':method')[0] ?? '',
    target: pseudo(':path')[0] ?? '',
    origin: null,
    httpVersion: '2',
    hosts: authority.length > 0 ? authority : valuesOf(headers, 'host'),
    headers,
    length,
    hasBody: !stream.endAfterHeaders,
    body: stream,
    response: stream,
    // Nothing to do: the memory of the bytes may hold frames of other streams.
    release() {},
    isBodyComplete,
    isResponding: () => stream.headersSent,
    isAborted,
    onAbort(listener) {
      // A reset ends the writable side before 'close', so a reset stream may look finished.
      stream.once('close', () => (stream.aborted || !stream.writableFinished) && listener())
    },
    sendContinue() {
      if (!isAborted() && !stream.headersSent) stream.additionalHeaders({ ':status': 100 })
    },
    omitContinue() {},
    respond: (status, responseHeaders) =>
      stream.respond([':status', String(status), ...withLowerCaseNames(responseHeaders)]),
    isLast: () => false,
    disableKeepAlive() {},
    endEarly() {
      stream.end()
      linger(stream).then(() => isAborted() || stream.close(NGHTTP2_NO_ERROR))
    },
    carryOut(action) {
      if (isAborted()) return
      if (action.kind === 'cut') connection.cut(action.how)
      else if (action.kind === 'reset') stream.close(action.code)
      else goAway(stream, action.code)
    },
    // Node's close() would send END_STREAM before the reset, and the response would look complete.
    destroy: () => void stream.destroy(new Error('aborted')),
  }
}

/** Sends GOAWAY. Node closes the connection when its open streams have ended. */
function goAway({ session }: ServerHttp2Stream, code: number): void {
  session?.goaway(code)
  session?.close()
}

/** Whether END_STREAM has arrived. Node emits 'end' for streams that were reset or cut off, too. */
function completionOf(stream: ServerHttp2Stream): () => boolean {
  let isComplete = stream.endAfterHeaders
  stream.on('end', () => {
    isComplete ||= !stream.aborted
  })
  stream.on('aborted', () => {
    // 'end' is emitted only once the body is read, which may not have begun.
    isComplete ||= hasReceivedEnd(stream)
  })
  return () => isComplete || (hasReceivedEnd(stream) && !stream.aborted && !stream.destroyed)
}

/** Where the pseudo-headers end: RFC 9113 8.3 puts them before all others, which nghttp2 enforces. */
function pseudoHeadersEnd(rawHeaders: readonly string[]): number {
  let end = 0
  while (rawHeaders[end]?.startsWith(':')) end += 2
  return end
}

const withLowerCaseNames = (headers: readonly string[]): string[] =>
  headers.map((text, at) => (at % 2 === 0 ? lowerCaseOf(text) : text))
