import type { Logger } from '@pushav/shared/logger.ts'
import type { ErrorRequestHandler } from 'express'
import { Refusal } from '../domain/refusal.ts'
import { Unavailable } from '../domain/unavailable.ts'
import { statusOf } from './status-of.ts'

interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** The one place where errors become answers: the caller sees detail only for what the caller did. */
export function problems(log: Logger): ErrorRequestHandler {
  return (error, { method, path }, response, _next) => {
    const problem = problemOf(error)
    const fields = { method, path, status: problem.status, code: problem.code }
    if (problem.status < 500) log.info(fields, 'request refused')
    else log.error({ ...fields, error }, 'request failed')
    // Nobody shall take half an answer for a whole one.
    if (response.headersSent) return void response.destroy()
    if (problem.status === 503) response.set('Retry-After', '1')
    response.status(problem.status).json({ ...problem, ...(error instanceof Refusal ? error.extra : {}) })
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal)
    return { status: statusOf[error.code], code: error.code, detail: error.message }
  if (error instanceof Unavailable)
    return { status: 503, code: 'unavailable', detail: `${error.message}; try again` }
  if (codeOf(error) === 'ENOSPC')
    return { status: 507, code: 'disk-full', detail: 'the disk is full; nothing was kept' }
  const status = statusOfLibrary(error)
  if (status) return { status, code: 'request-malformed', detail: (error as Error).message }
  return { status: 500, code: 'server-fault', detail: 'this server failed; its log says why' }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** express and its body parser mark what the caller did wrong with a 4xx status. */
function statusOfLibrary(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
