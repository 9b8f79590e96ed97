import type { Duplex } from 'node:stream'
import type { Problem } from '@pushav/shared/http/problem.ts'
import { STATUS_CODES } from '@pushav/shared/process/node-http.ts'
import { isResponseStarted } from '../tls/node-internals.ts'
import { headersTooLarge, methodRefused, problemJson } from './error-responses.ts'

/** How long a client that sent a malformed request may take to read the response. */
const closeTimeoutMs = 2_000

const malformed: Problem = {
  status: 400,
  code: 'request-malformed',
  detail: 'This is not a well-formed HTTP request.',
}

/** Responses by the code of Node's error; tls-server.ts passes the code `CONNECT`. */
const problems: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'chunk-extensions-too-large',
    detail: 'The chunk extensions exceed 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'headers-late',
    detail: 'The headers of this request did not arrive in time.',
  },
  CONNECT: methodRefused('CONNECT'),
}

/** Sockets that have had their error response: Node emits 'clientError' again for each further read of the request. */
const respondedTo = new WeakSet<Duplex>()

/**
 * Responds to a request that Node could not parse, then closes the socket. Null if no response could be sent.
 */
export function respondToClientError(
  error: { readonly code?: string | undefined },
  socket: Duplex,
): Problem | null {
  if (respondedTo.has(socket)) return null
  respondedTo.add(socket)
  socket.on('error', () => {})
  // A second response would corrupt the one that is being sent.
  if (!socket.writable || isResponseStarted(socket)) {
    socket.destroy()
    return null
  }
  const problem = problems[error.code ?? ''] ?? malformed
  socket.end(messageOf(problem))
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), closeTimeoutMs)
  // The client may have ended its side already, in the middle of a body.
  socket.once(socket.readableEnded ? 'finish' : 'end', () => socket.destroy())
  socket.once('close', () => clearTimeout(timer))
  return problem
}

/** A problem as a complete HTTP/1.1 response, for a socket that has no ServerResponse. */
export function messageOf(problem: Problem): string {
  const json = problemJson(problem)
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(json)}`,
    '',
    json,
  ].join('\r\n')
}
