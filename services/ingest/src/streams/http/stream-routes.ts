import { json, type Request, Router } from 'express'
import { z } from 'zod'
import { peerOf } from '../../http/authenticate.ts'
import { page, parseBody, parseQuery } from '../../http/parse.ts'
import { sendJson } from '../../http/send-json.ts'
import { sendText } from '../../http/send-text.ts'
import { Refusal } from '../../lib/refusal.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import { mapPages } from '../pages.ts'
import type { IndexedStream } from '../ports.ts'
import type { Streams } from '../streams.ts'
import { junitPieces } from './junit-report.ts'
import { summaryResponse } from './stream-response.ts'

type Named = Request<{ id: string }>

/** Streams as the reference's clients know them, of every generation of the Matter test harness. */
export function streamRoutes(
  streams: Streams,
  strictByDefault: boolean,
  answerOf: (stream: IndexedStream) => object,
): Router {
  const router = Router()
  router.post('/streams', sendContinue, json(), async (request, response) => {
    const wish = { ...parseBody(streamBody, request.body), ...request.query }
    const stream = await streams.create({
      interface: wish.interface,
      strict: parseStrict(wish.strict) ?? strictByDefault,
      creator: peerOf(request).device?.fingerprint ?? null,
    })
    await sendJson(response.status(201), answerOf(stream))
  })
  router.get('/streams', async (request, response) => {
    const { summary, cursor, limit } = parseQuery(listed, request.query)
    if (!summary) return sendJson(response, { streams: mapPages(streams.list(), answerOf) })
    const { summaries, next } = await streams.summaries(cursor, limit)
    await sendJson(response, { streams: mapPages(summaries, summaryResponse), next_cursor: next })
  })
  router.get('/streams/:id', async (request, response) => {
    await sendJson(response, answerOf(await streams.one(request.params.id)))
  })
  router.get('/streams/:id/report', async (request: Named, response) => {
    const { session = null, format } = parseQuery(reported, request.query)
    if (format === 'junit') {
      const reports = await streams.reportEach(request.params.id, session)
      return sendText(response.type('application/xml'), junitPieces(request.params.id, reports))
    }
    const rules = await streams.report(request.params.id, session)
    response.json({ stream_id: Number(request.params.id), session, rules })
  })
  router.delete('/streams/:id', sendContinue, async (request: Named, response) => {
    // `DELETE $ENDPOINT/$FILE` without a FILE must not take everything.
    if (request.path.endsWith('/'))
      throw new Refusal(
        'path-malformed',
        'name the object, or end without a slash to delete the whole stream',
      )
    await streams.remove(request.params.id)
    response.json({ stream_id: Number(request.params.id), deleted: true })
  })
  router.post('/streams/:id/expectedTrackNames', sendContinue, anyJson, async (request: Named, response) => {
    const { expected_track_names: names } = parseBody(expectedTrackNames, request.body)
    const stream = await streams.expectTracks(request.params.id, names)
    await sendJson(response.status(202), answerOf(stream))
  })
  router.post('/streams/:id/trackName', sendContinue, anyJson, async (request: Named, response) => {
    const { track_name, trackName } = parseBody(trackNameBody, request.body)
    const name = track_name ?? trackName
    if (name === undefined) throw new Refusal('request-malformed', 'name the track in track_name')
    const stream = await streams.expectTracks(request.params.id, [name])
    await sendJson(response.status(202), answerOf(stream))
  })
  return router
}

/** Whatever Content-Type says: curl -d calls everything a form. */
const anyJson = json({ type: () => true })

/** The query says the same and wins. */
const streamBody = z
  .object({ interface: z.unknown(), strict: z.union([z.boolean(), z.string()]).transform(String).optional() })
  .partial()
  .optional()

const trackName = z.string().min(1).max(255)
const expectedTrackNames = z.object({ expected_track_names: z.array(trackName).max(1_000) })
const trackNameBody = z.object({ track_name: trackName.optional(), trackName: trackName.optional() })

const listed = z.object({
  summary: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .default(false),
  ...page,
})
const reported = z.object({
  session: z.string().optional(),
  format: z.enum(['json', 'junit']).default('json'),
})

function parseStrict(word: unknown): boolean | null {
  if (word === undefined) return null
  if (word === 'true') return true
  if (word === 'false') return false
  throw new Refusal('request-malformed', 'strict must be true or false')
}
