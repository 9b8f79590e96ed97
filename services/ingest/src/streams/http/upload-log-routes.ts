import { factsQuery, type UploadFactsResponse, uploadsQuery } from '@pushav/shared/api/uploads.ts'
import { type Request, Router } from 'express'
import type { z } from 'zod'
import { streamJson } from '../../http/json-response.ts'
import { parseQuery } from '../../http/parse-request.ts'
import type { ReadUploadFacts } from '../one-upload/upload-facts.ts'
import { mapPages } from '../pages.ts'
import type { ReadMinutes } from '../read-minutes.ts'
import type { LogPlace, LogQuery, ReadUploadLog } from '../upload-log.ts'
import { logRowsResponse, uploadFactsResponse, uploadResponse } from './log-entry-response.ts'
import { minutesResponse } from './minutes-response.ts'

interface UploadLogRoutesDeps {
  readonly readUploadLog: ReadUploadLog
  readonly readMinutes: ReadMinutes
  readonly readUploadFacts: ReadUploadFacts
  /** The reference's verdict on an upload; null where there is none any more. */
  readonly referenceOf: (stream: string, upload: string) => Promise<UploadFactsResponse['reference']>
}

/** The wire log: every upload in arrival order, in full, as rows, or counted by minute; and one upload in full. */
export function uploadLogRoutes({
  readUploadLog,
  readMinutes,
  readUploadFacts,
  referenceOf,
}: UploadLogRoutesDeps): Router {
  const router = Router()
  router.get('/streams/:id/uploads', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params
    const query = parseQuery(uploadsQuery, request.query)
    if (query.view === 'minutes')
      return void response.json(minutesResponse(await readMinutes(id, query.session ?? null)))
    const { entries, from, next, total } = await readUploadLog(id, logQueryOf(query))
    if (query.view === 'full') {
      const uploads = mapPages(entries, uploadResponse)
      return streamJson(response, { total, from, uploads, next_cursor: next })
    }
    const rows = (await Array.fromAsync(entries)).flat()
    response.json({ total, from, ...logRowsResponse(rows), next_cursor: next() })
  })
  router.get(
    '/uploads/:id/:upload/facts',
    async (request: Request<{ id: string; upload: string }>, response) => {
      const { id, upload } = request.params
      const { reference } = parseQuery(factsQuery, request.query)
      const facts = uploadFactsResponse(await readUploadFacts(id, upload))
      response.json(reference ? { ...facts, reference: await referenceOf(id, upload) } : facts)
    },
  )
  return router
}

/** A page of some 200 KiB, with 4 KiB of headers and many findings each. */
const uploadsPerPage = 25
const rowsPerPage = 500

function logQueryOf(query: z.output<typeof uploadsQuery>): LogQuery {
  const { limit, session = null, track = null, severity = null, code = null, q: text = null } = query
  const { device = null, kind = null } = query
  const uploadsPerRead = query.view === 'full' ? uploadsPerPage : rowsPerPage
  return {
    limit,
    uploadsPerRead,
    place: placeOf(query),
    filter: { session, track, severity, code, text, device, kind },
  }
}

function placeOf({ before, at, from, cursor }: z.output<typeof uploadsQuery>): LogPlace {
  if (before !== undefined) return { kind: 'before', position: before }
  if (at !== undefined) return { kind: 'time', atMs: Date.parse(at) }
  return { kind: 'position', position: from ?? cursor }
}
