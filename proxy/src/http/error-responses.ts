import type { Problem } from '@pushav/shared/problem.ts'
import type { Exchange } from './exchange.ts'
import { valuesOf } from './headers.ts'

/** A response that the proxy itself gives instead of one of ingest. */
export interface ErrorResponse extends Problem {
  /** Name and value in turn. */
  readonly headers?: readonly string[]
}

export const ingestUnreachable: ErrorResponse = {
  status: 503,
  code: 'ingest-unreachable',
  detail: 'The service behind this server cannot be reached at the moment.',
  headers: ['Retry-After', '1'],
}

export const ingestFailed: ErrorResponse = {
  status: 502,
  code: 'ingest-failed',
  detail: 'The service behind this server closed the connection before it responded.',
}

/** A response of ingest that is malformed, or could be read in more than one way, is not passed on. */
export const badUpstreamResponse = (reason: string): ErrorResponse => ({
  status: 502,
  code: 'bad-upstream-response',
  detail: `The service behind this server sent a malformed response: ${reason}.`,
})

/** A header that could be read in two ways is not passed on. */
export const headersMalformed: ErrorResponse = {
  status: 400,
  code: 'headers-malformed',
  detail: 'A header of this request holds characters that cannot be forwarded.',
}

export const methodRefused = (method: string): ErrorResponse => ({
  status: 405,
  code: 'method-refused',
  detail: `${method} is not supported.`,
  headers: ['Allow', 'GET, HEAD, PUT, POST, DELETE'],
})

/** What is wrong with the client or its request head; null when the request may be forwarded. */
export function errorResponseFor(exchange: Exchange): ErrorResponse | null {
  const fault = exchange.connection.certificateFault()
  if (fault) return { status: 403, ...fault }
  return checkMethod(exchange) ?? checkTarget(exchange) ?? checkHost(exchange) ?? checkExpect(exchange)
}

function checkMethod({ method }: Exchange): ErrorResponse | null {
  return method === 'CONNECT' || method === 'TRACE' ? methodRefused(method) : null
}

/** Only a path of characters that can be forwarded: an absolute URL would name a second host. */
function checkTarget({ target }: Exchange): ErrorResponse | null {
  if (/^\/[\x21-\x7e\x80-\xff]*$/.test(target)) return null
  return {
    status: 400,
    code: 'target-malformed',
    detail: 'The request target must be a path that begins with "/".',
  }
}

function checkHost({ hosts, httpVersion }: Exchange): ErrorResponse | null {
  if (hosts.length === 0 && httpVersion === '1.0') return null
  const [host] = hosts
  if (hosts.length === 1 && host !== undefined && /^[\w.~!$&'()*+,;=%:[\]-]*$/.test(host)) return null
  return { status: 400, code: 'host-malformed', detail: 'The request must name exactly one host.' }
}

/** RFC 9110 10.1.1. */
function checkExpect({ headers }: Exchange): ErrorResponse | null {
  const unknown = valuesOf(headers, 'expect').find((value) => value.toLowerCase() !== '100-continue')
  if (unknown === undefined) return null
  return {
    status: 417,
    code: 'expectation-unknown',
    detail: 'The only expectation that is supported is "100-continue".',
  }
}

/** Sends an error response. A body that still arrives is read for a while, or the response might be lost. */
export function sendErrorResponse(exchange: Exchange, error: ErrorResponse): void {
  if (exchange.isAborted()) return
  const isEarly = exchange.hasBody && !exchange.isBodyComplete()
  const json = Buffer.from(problemJson(error))
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(json.length)]
  exchange.respond(error.status, [...headers, ...(error.headers ?? [])], isEarly)
  if (exchange.method !== 'HEAD') exchange.response.write(json)
  if (isEarly) exchange.endEarly()
  else exchange.response.end()
}

/** The body of every error response of the proxy. */
export const problemJson = ({ status, code, detail }: Problem): string =>
  `${JSON.stringify({ status, code, detail })}\n`
