import { json, type Request, Router } from 'express'
import { z } from 'zod'
import { Refusal } from '../domain/refusal.ts'
import type { IndexedStream } from '../use-cases/ports.ts'
import type { Streams } from '../use-cases/streams.ts'
import { continueBody } from './body.ts'
import { peerOf } from './peer.ts'
import { junitOf } from './report-junit.ts'
import { logLine } from './stream-answer.ts'

type Named = Request<{ id: string }>

/** Streams as the reference's clients know them, of every generation of the Matter test harness. */
export function streamRoutes(
  streams: Streams,
  strictByDefault: boolean,
  answerOf: (stream: IndexedStream) => object,
): Router {
  const router = Router()
  router.post('/streams', continueBody, async (request, response) => {
    const { interface: wanted, strict } = request.query
    const stream = await streams.create({
      interface: wanted,
      strict: parseStrict(strict) ?? strictByDefault,
      creator: peerOf(request).device?.fingerprint ?? null,
    })
    response.status(201).json(answerOf({ stream, uploads: [], sessions: [] }))
  })
  router.get('/streams', async (_request, response) => {
    response.json({ streams: (await streams.list()).map(answerOf) })
  })
  router.get('/streams/:id', async (request, response) => {
    response.json(answerOf(await streams.one(request.params.id)))
  })
  router.get('/streams/:id/uploads', async (request: Named, response) => {
    const { cursor, limit } = parseQuery(page, request.query)
    const { uploads, next } = await streams.log(request.params.id, cursor, limit)
    response.json({ uploads: uploads.map(logLine), next_cursor: next })
  })
  router.get('/streams/:id/report', async (request: Named, response) => {
    const { session = null, format } = parseQuery(reported, request.query)
    if (format === 'junit') {
      const reports = await streams.reportEach(request.params.id, session)
      return void response.type('application/xml').send(junitOf(request.params.id, reports))
    }
    const rules = await streams.report(request.params.id, session)
    response.json({ stream_id: Number(request.params.id), session, rules })
  })
  router.post('/streams/:id/expectedTrackNames', continueBody, json(), async (request: Named, response) => {
    const { expected_track_names: names } = parseBody(expectedTrackNames, request.body)
    response.status(202).json(answerOf(await streams.expectTracks(request.params.id, names)))
  })
  router.post('/streams/:id/trackName', continueBody, json(), async (request: Named, response) => {
    const { track_name, trackName } = parseBody(trackNameBody, request.body)
    const name = track_name ?? trackName
    if (name === undefined) throw new Refusal('request-malformed', 'name the track in track_name')
    response.status(202).json(answerOf(await streams.expectTracks(request.params.id, [name])))
  })
  return router
}

const trackName = z.string().min(1).max(255)
const expectedTrackNames = z.object({ expected_track_names: z.array(trackName).max(1_000) })
const trackNameBody = z.object({ track_name: trackName.optional(), trackName: trackName.optional() })

const page = z.object({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})
const reported = z.object({
  session: z.string().optional(),
  format: z.enum(['json', 'junit']).default('json'),
})

function parseQuery<Query>(kind: z.ZodType<Query>, query: unknown): Query {
  const parsed = kind.safeParse(query)
  if (parsed.success) return parsed.data
  throw new Refusal('request-malformed', `the query is not as expected: ${z.prettifyError(parsed.error)}`)
}

function parseBody<Body>(kind: z.ZodType<Body>, body: unknown): Body {
  const parsed = kind.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Refusal('request-malformed', `the JSON body is not as expected: ${z.prettifyError(parsed.error)}`)
}

function parseStrict(word: unknown): boolean | null {
  if (word === undefined) return null
  if (word === 'true') return true
  if (word === 'false') return false
  throw new Refusal('request-malformed', 'strict must be true or false')
}
