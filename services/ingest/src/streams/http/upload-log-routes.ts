import { type Request, Router } from 'express'
import { z } from 'zod'
import { page, parseQuery } from '../../http/parse.ts'
import { sendJson } from '../../http/send-json.ts'
import { mapPages } from '../pages.ts'
import { sessionNumberOf } from '../session-view.ts'
import type { LogEntry, ReadUploadLog } from '../upload-log.ts'

/** The wire log: every upload in arrival order, with its facts, verdict and probe state. */
export function uploadLogRoutes(readLog: ReadUploadLog): Router {
  const router = Router()
  router.get('/streams/:id/uploads', async (request: Request<{ id: string }>, response) => {
    const { session = null, track = null, severity = null, ...paged } = parseQuery(wish, request.query)
    const { lines, next } = await readLog(request.params.id, { ...paged, session, track, severity })
    await sendJson(response, { uploads: mapPages(lines, lineAnswer), next_cursor: next })
  })
  return router
}

const wish = z.object({
  ...page,
  session: z.string().optional(),
  track: z.string().optional(),
  severity: z.enum(['error', 'warning', 'note']).optional(),
})

const lineAnswer = ({ upload, findings, session, track, probe }: LogEntry) => ({
  ...upload,
  session_id: sessionNumberOf(session),
  session,
  track,
  findings,
  probe,
})
