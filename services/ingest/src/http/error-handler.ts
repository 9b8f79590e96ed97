import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Logger } from '@pushav/shared/logger.ts'
import type { ErrorRequestHandler } from 'express'
import { Refusal } from '../lib/refusal.ts'
import { Unavailable } from '../lib/unavailable.ts'
import { answerJson } from './answer-json.ts'
import { statusOf } from './status-of.ts'

interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** Answers a request with what went wrong; what has begun to be answered is broken off. */
export type RespondWithError = (error: unknown, request: IncomingMessage, response: ServerResponse) => void

/** The one place where errors become answers: the caller sees detail only for what the caller did. */
export function createErrorResponder(log: Logger): RespondWithError {
  return (error, { method, url }, response) => {
    const problem = problemOf(error)
    const [path] = (url ?? '').split('?', 1)
    const fields = { method, path, status: problem.status, code: problem.code }
    if (error instanceof Refusal) log.info(fields, 'request refused')
    else log.error({ ...fields, error }, 'request failed')
    // Nobody shall take half an answer for a whole one.
    if (response.headersSent) return void response.destroy()
    if (problem.status === 503) response.setHeader('Retry-After', '1')
    answerJson(response, problem.status, { ...problem, ...(error instanceof Refusal ? error.extra : {}) })
  }
}

/** express tells a handler of errors by its four arguments. */
export const errorHandler =
  (answerProblem: RespondWithError): ErrorRequestHandler =>
  (error, request, response, _next) =>
    answerProblem(error, request, response)

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal)
    return { status: statusOf[error.code], code: error.code, detail: error.message }
  if (error instanceof Unavailable)
    return { status: 503, code: 'unavailable', detail: `${error.message}; try again` }
  if (codeOf(error) === 'ENOSPC')
    return { status: 507, code: 'disk-full', detail: 'the disk is full; nothing was kept' }
  const status = statusOfLibrary(error)
  if (status) return { status, code: 'request-malformed', detail: wordsFor(error, status) }
  return { status: 500, code: 'server-fault', detail: 'this server failed; its log says why' }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** What body-parser calls its errors. */
const words: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not valid JSON',
  'entity.too.large': 'the body is larger than this route takes',
  'entity.verify.failed': 'the body is not as expected',
  'encoding.unsupported': 'the content coding of the body is not supported',
  'charset.unsupported': 'the charset of the body is not supported',
  'request.aborted': 'the request was cut off',
  'request.size.invalid': 'the body has another length than its header says',
}

/** Never the library's own message: it may quote a path of this machine, or what another client sent. */
function wordsFor(error: unknown, status: number): string {
  if (error instanceof URIError) return 'the path is not valid percent-encoded UTF-8'
  const { type } = error as { type?: unknown }
  return words[typeof type === 'string' ? type : ''] ?? STATUS_CODES[status] ?? 'the request is malformed'
}

/** express and its body parser mark what the caller did wrong with a 4xx status. */
function statusOfLibrary(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
