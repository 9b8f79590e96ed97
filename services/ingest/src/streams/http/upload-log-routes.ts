import { rowColumns, uploadsQuery } from '@pushav/shared/api/uploads.ts'
import { type Request, Router } from 'express'
import type { z } from 'zod'
import { parseQuery } from '../../http/parse-request.ts'
import type { ReadMinutes } from '../read-minutes.ts'
import type { ReadUploadFacts } from '../upload-facts.ts'
import type { LogPlace, LogQuery, ReadUploadLog } from '../upload-log.ts'
import { minutesResponse } from './minutes-response.ts'
import { uploadFactsResponse, uploadResponse, uploadRowResponse } from './upload-response.ts'

interface UploadLogRoutesDeps {
  readonly readUploadLog: ReadUploadLog
  readonly readMinutes: ReadMinutes
  readonly readUploadFacts: ReadUploadFacts
}

/** The wire log: every upload in arrival order, in full, as rows, or counted by minute; and one upload in full. */
export function uploadLogRoutes({
  readUploadLog,
  readMinutes,
  readUploadFacts,
}: UploadLogRoutesDeps): Router {
  const router = Router()
  router.get('/streams/:id/uploads', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params
    const query = parseQuery(uploadsQuery, request.query)
    if (query.view === 'minutes')
      return void response.json(minutesResponse(await readMinutes(id, query.session ?? null)))
    const { entries, from, next, total } = await readUploadLog(id, logQueryOf(query))
    const page = { total, from, next_cursor: next }
    if (query.view === 'full') return void response.json({ ...page, uploads: entries.map(uploadResponse) })
    const positions = entries.map(({ position }) => position)
    response.json({ ...page, columns: rowColumns, positions, rows: entries.map(uploadRowResponse) })
  })
  router.get(
    '/uploads/:id/:upload/facts',
    async (request: Request<{ id: string; upload: string }>, response) => {
      const { id, upload } = request.params
      response.json(uploadFactsResponse(await readUploadFacts(id, upload)))
    },
  )
  return router
}

function logQueryOf(query: z.output<typeof uploadsQuery>): LogQuery {
  const { limit, session = null, track = null, severity = null, code = null, q: text = null } = query
  const { device = null, kind = null } = query
  return { limit, place: placeOf(query), filter: { session, track, severity, code, text, device, kind } }
}

function placeOf({ before, at, from, cursor }: z.output<typeof uploadsQuery>): LogPlace {
  if (before !== undefined) return { kind: 'before', position: before }
  if (at !== undefined) return { kind: 'time', atMs: Date.parse(at) }
  return { kind: 'position', position: from ?? cursor }
}
