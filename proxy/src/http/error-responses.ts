import type { Problem } from '@pushav/shared/http/problem.ts'
import type { Exchange } from './exchange.ts'

/** A response that the proxy itself sends in place of one from ingest. */
export interface ErrorResponse extends Problem {
  /** Name and value in turn. */
  readonly headers?: readonly string[]
  /** Closes the connection (HTTP/1) after the response, because the end of the request is uncertain. */
  readonly isLast?: boolean
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

/** Takes the place of a response of ingest that is malformed or can be parsed in more than one way. */
export const badUpstreamResponse = (reason: string): ErrorResponse => ({
  status: 502,
  code: 'bad-upstream-response',
  detail: `The service behind this server sent a malformed response: ${reason}.`,
})

/** Refuses a request with a header that can be parsed in two ways. */
export const headersMalformed: ErrorResponse = {
  status: 400,
  code: 'headers-malformed',
  detail: 'A header of this request holds characters that cannot be forwarded.',
}

/** The maximum for all header fields of a request together. */
export const maxHeaderBytes = 16 * 1024

export const headersTooLarge: ErrorResponse = {
  status: 431,
  code: 'headers-too-large',
  detail: 'The headers of this request exceed 16 KiB.',
}

export const methodRefused = (method: string): ErrorResponse => ({
  status: 405,
  code: 'method-refused',
  detail: `${method} is not supported.`,
  headers: ['Allow', 'GET, HEAD, PUT, POST, DELETE'],
})

/** Sends an error response. Reads a body that is still arriving for a while, or the client might lose the response. */
export function sendErrorResponse(exchange: Exchange, error: ErrorResponse): void {
  if (exchange.isAborted()) return
  const isEarly = error.isLast || (exchange.hasBody && !exchange.isBodyComplete())
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
