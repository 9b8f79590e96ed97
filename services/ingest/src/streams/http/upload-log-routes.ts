import { type Request, Router } from 'express'
import { z } from 'zod'
import { streamJson } from '../../http/json-response.ts'
import { pageQuery, parseQuery } from '../../http/parse-request.ts'
import { mapPages } from '../pages.ts'
import { sessionNumberOf } from '../session-view.ts'
import type { LogEntry, ReadUploadLog } from '../upload-log.ts'

/** The wire log: every upload in arrival order, with its facts, verdict and state of its probe. */
export function uploadLogRoutes(readUploadLog: ReadUploadLog): Router {
  const router = Router()
  router.get('/streams/:id/uploads', async (request: Request<{ id: string }>, response) => {
    const { session = null, track = null, severity = null, ...page } = parseQuery(logQuery, request.query)
    const { entries, next } = await readUploadLog(request.params.id, { ...page, session, track, severity })
    await streamJson(response, { uploads: mapPages(entries, logEntryResponse), next_cursor: next })
  })
  return router
}

const logQuery = z.object({
  ...pageQuery,
  session: z.string().optional(),
  track: z.string().optional(),
  severity: z.enum(['error', 'warning', 'note']).optional(),
})

const logEntryResponse = ({ upload, findings, session, track, probe }: LogEntry) => ({
  ...upload,
  session_id: sessionNumberOf(session),
  session,
  track,
  findings,
  probe,
})
