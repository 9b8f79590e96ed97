import { type Request, Router } from 'express'
import { z } from 'zod'
import { sessionNumberOf } from '../domain/judge/answer.ts'
import type { LogLine, ReadLog } from '../use-cases/wire-log.ts'
import { page, parseQuery } from './parse.ts'

/** The wire log: every upload in arrival order, with its facts, verdict and probe state. */
export function logRoutes(readLog: ReadLog): Router {
  const router = Router()
  router.get('/streams/:id/uploads', async (request: Request<{ id: string }>, response) => {
    const { session = null, track = null, severity = null, ...paged } = parseQuery(wish, request.query)
    const { lines, next } = await readLog(request.params.id, { ...paged, session, track, severity })
    response.json({ uploads: lines.map(lineAnswer), next_cursor: next })
  })
  return router
}

const wish = z.object({
  ...page,
  session: z.string().optional(),
  track: z.string().optional(),
  severity: z.enum(['error', 'warning', 'note']).optional(),
})

const lineAnswer = ({ upload, findings, session, track, probe }: LogLine) => ({
  ...upload,
  session_id: sessionNumberOf(session),
  session,
  track,
  findings,
  probe,
})
