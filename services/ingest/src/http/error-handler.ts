import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from '@pushav/shared/http/problem.ts'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { STATUS_CODES } from '@pushav/shared/process/node-http.ts'
import type { ErrorRequestHandler } from 'express'
import { Refusal } from '../lib/refusal.ts'
import { Unavailable } from '../lib/unavailable.ts'
import { sendJson } from './json-response.ts'
import { statusOf } from './status-of.ts'

/** Logs an error and responds with its problem; destroys a response whose head has been sent. */
export type RespondWithError = (error: unknown, request: IncomingMessage, response: ServerResponse) => void

/** The one place where errors become responses: the client sees detail only for what the client did. */
export function createErrorResponder(log: Logger): RespondWithError {
  return function respondWithError(error, { method, url }, response) {
    const problem = problemOf(error)
    const [path] = (url ?? '').split('?', 1)
    const fields = { method, path, status: problem.status, code: problem.code }
    if (problem.status < 500 || error instanceof Refusal) log.info(fields, 'request refused')
    else log.error({ ...fields, error }, 'request failed')
    // Half a response must not look like a whole one.
    if (response.headersSent) return void response.destroy()
    if (problem.status === 503) response.setHeader('Retry-After', '1')
    sendJson(response, problem.status, { ...problem, ...(error instanceof Refusal ? error.extra : {}) })
  }
}

/** express recognises an error handler by its four parameters. */
export const errorHandler =
  (respondWithError: RespondWithError): ErrorRequestHandler =>
  (error, request, response, _next) =>
    respondWithError(error, request, response)

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal)
    return { status: statusOf[error.code], code: error.code, detail: error.message }
  if (error instanceof Unavailable)
    return { status: 503, code: 'unavailable', detail: `${error.message}; try again` }
  if (errorCode(error) === 'ENOSPC')
    return { status: 507, code: 'disk-full', detail: 'the disk is full; nothing was kept' }
  const status = statusOfLibrary(error)
  if (status) return { status, code: 'request-malformed', detail: detailFor(error, status) }
  return { status: 500, code: 'server-fault', detail: 'this server failed; its log says why' }
}

/** Details by the types of body-parser's errors. */
const details: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not valid JSON',
  'entity.too.large': 'the body is larger than this route takes',
  'encoding.unsupported': 'the content coding of the body is not supported',
  'charset.unsupported': 'the charset of the body is not supported',
  'request.aborted': 'the request was cut off',
  'request.size.invalid': 'the body has another length than its header says',
}

/** Never the library's own message, which may quote a path of this machine. */
function detailFor(error: unknown, status: number): string {
  if (error instanceof URIError) return 'the path is not valid percent-encoded UTF-8'
  const { type } = error as { type?: unknown }
  return details[typeof type === 'string' ? type : ''] ?? STATUS_CODES[status] ?? 'the request is malformed'
}

/** express and its body parser mark what the client did wrong with a 4xx status. */
function statusOfLibrary(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
