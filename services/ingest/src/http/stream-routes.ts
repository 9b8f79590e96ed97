import { json, type Request, Router } from 'express'
import { z } from 'zod'
import { Refusal } from '../domain/refusal.ts'
import type { Streams } from '../use-cases/streams.ts'
import { continueBody } from './body.ts'
import { peerOf } from './peer.ts'
import { streamAnswer } from './stream-answer.ts'

type Named = Request<{ id: string }>

/** Streams as the reference's clients know them, of every generation of the Matter test harness. */
export function streamRoutes(streams: Streams, strictByDefault: boolean): Router {
  const router = Router()
  router.post('/streams', continueBody, async (request, response) => {
    const { interface: wanted, strict } = request.query
    const stream = await streams.create({
      interface: wanted,
      strict: parseStrict(strict) ?? strictByDefault,
      creator: peerOf(request).device?.fingerprint ?? null,
    })
    response.status(201).json(streamAnswer({ stream, uploads: [] }))
  })
  router.get('/streams', async (_request, response) => {
    response.json({ streams: (await streams.list()).map(streamAnswer) })
  })
  router.get('/streams/:id', async (request, response) => {
    response.json(streamAnswer(await streams.one(request.params.id)))
  })
  router.post('/streams/:id/expectedTrackNames', continueBody, json(), async (request: Named, response) => {
    const { expected_track_names: names } = parseBody(expectedTrackNames, request.body)
    response.status(202).json(streamAnswer(await streams.expectTracks(request.params.id, names)))
  })
  router.post('/streams/:id/trackName', continueBody, json(), async (request: Named, response) => {
    const { track_name, trackName } = parseBody(trackNameBody, request.body)
    const name = track_name ?? trackName
    if (name === undefined) throw new Refusal('request-malformed', 'name the track in track_name')
    response.status(202).json(streamAnswer(await streams.expectTracks(request.params.id, [name])))
  })
  return router
}

const trackName = z.string().min(1).max(255)
const expectedTrackNames = z.object({ expected_track_names: z.array(trackName).max(1_000) })
const trackNameBody = z.object({ track_name: trackName.optional(), trackName: trackName.optional() })

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
