import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection } from './connection.ts'
import { type Exchange, linger } from './exchange.ts'
import { valuesOf } from './headers.ts'

/** HTTP/1.0 and 1.1 as an exchange. */
export function http1Exchange(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
): Exchange {
  const { socket, rawHeaders: headers } = request
  const [length = null] = valuesOf(headers, 'content-length')
  const isChunked = valuesOf(headers, 'transfer-encoding').length > 0
  const isQuestion = request.method === 'GET' || request.method === 'HEAD'
  const isGone = () => response.destroyed || socket.destroyed
  request.on('error', ignore)
  response.on('error', ignore)
  return {
    connection,
    method: request.method ?? '',
    target: request.url ?? '',
    httpVersion: request.httpVersion,
    hosts: valuesOf(headers, 'host'),
    headers,
    length: isChunked ? null : length,
    hasBody: isChunked || Number(length) > 0,
    body: request,
    answer: response,
    release,
    isBodyComplete: () => request.complete,
    isGone,
    onGone(listener) {
      response.once('close', () => response.writableFinished || listener())
      // Whoever closes their side may still wait for an answer, but who does so while reading one is gone.
      if (isQuestion) onEnd(() => response.headersSent && listener())
      // An answer that waits behind another one does not hear of its socket.
      request.once('close', () => isGone() && listener())
    },
    sendContinue() {
      if (request.httpVersion === '1.1' && !isGone() && !response.headersSent) response.writeContinue()
    },
    respond(status, answerHeaders, final) {
      // Without a length, a last answer ends with the connection, which can happen before the body's end.
      if (final) response.useChunkedEncodingByDefault = false
      response.writeHead(status, final ? [...answerHeaders, 'Connection', 'close'] : answerHeaders)
    },
    makeLast() {
      response.shouldKeepAlive = false
    },
    endEarly() {
      response.flushHeaders()
      socket.end()
      // The answer may still wait behind the 100 Continue.
      linger(request).then(() => socket.destroySoon())
    },
    cut: () => void response.destroy(),
  }

  function onEnd(left: () => void): void {
    socket.on('end', left)
    response.once('close', () => socket.off('end', left))
  }
}

function ignore(): void {}

/** Node gives each piece of an HTTP/1 body memory of its own, which would otherwise be kept until the next sweep. */
function release(bytes: Buffer): void {
  const memory = bytes.buffer as ArrayBuffer
  if (memory.byteLength === bytes.length) memory.transfer(0)
}
