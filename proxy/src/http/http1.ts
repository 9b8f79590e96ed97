import type { IncomingMessage, ServerResponse } from 'node:http'
import { expectNoContinue } from '@pushav/shared/http/expect-no-continue.ts'
import { freeMemory } from '@pushav/shared/lib/free-memory.ts'
import type { ClientConnection } from '../tls/client-connection.ts'
import { type Exchange, isSafeMethod, linger } from './exchange.ts'
import { valuesOf } from './headers.ts'
import { parseRequestTarget } from './request-target.ts'

/** A request of HTTP/1.0 or 1.1 as an exchange. */
export function http1Exchange(
  request: IncomingMessage,
  response: ServerResponse,
  connection: ClientConnection,
): Exchange {
  const { socket, rawHeaders: headers } = request
  const [length = null] = valuesOf(headers, 'content-length')
  const isChunked = valuesOf(headers, 'transfer-encoding').length > 0
  let isLastOfConnection = false
  const isAborted = () => response.destroyed || socket.destroyed
  request.on('error', ignore)
  response.on('error', ignore)
  return {
    connection,
    method: request.method ?? '',
    ...parseRequestTarget(request.url ?? ''),
    httpVersion: request.httpVersion,
    hosts: valuesOf(headers, 'host'),
    headers,
    length: isChunked ? null : length,
    hasBody: isChunked || Number(length) > 0,
    body: request,
    response,
    release: freeMemory,
    isBodyComplete: () => request.complete,
    isResponding: () => response.headersSent,
    isAborted,
    onAbort(listener) {
      response.once('close', () => response.writableFinished || listener())
      // A client may close its side and wait for the response, but a client that does so during a download has left.
      if (isSafeMethod(request.method)) onSocketEnd(() => response.headersSent && listener())
      // Node emits no 'close' on a response that is queued behind another one when their socket closes.
      request.once('close', () => isAborted() && listener())
    },
    sendContinue() {
      if (request.httpVersion === '1.1' && !isAborted() && !response.headersSent) response.writeContinue()
    },
    omitContinue: () => expectNoContinue(response),
    respond(status, responseHeaders, isLast) {
      // A response that is not chunked can end with the connection, even before the request body has ended.
      isLastOfConnection = isLast
      if (isLast) response.useChunkedEncodingByDefault = false
      response.writeHead(status, isLast ? [...responseHeaders, 'Connection', 'close'] : responseHeaders)
    },
    isLast: () => isLastOfConnection,
    disableKeepAlive() {
      response.shouldKeepAlive = false
    },
    endEarly() {
      response.flushHeaders()
      socket.end()
      // The response may still be queued behind the 100 Continue.
      linger(request).then(() => socket.destroySoon())
    },
    carryOut({ kind, ...action }) {
      if (kind === 'goaway') return
      if ('how' in action) connection.cut(action.how)
      else response.destroy()
    },
    destroy: () => void response.destroy(),
  }

  function onSocketEnd(listener: () => void): void {
    socket.on('end', listener)
    response.once('close', () => socket.off('end', listener))
  }
}

function ignore(): void {}
