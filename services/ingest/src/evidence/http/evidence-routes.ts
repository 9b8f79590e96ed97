import { recordQuery } from '@pushav/shared/api/evidence/digests.ts'
import { STATUS_CODES } from '@pushav/shared/process/node-http.ts'
import { type Request, type Response, Router } from 'express'
import type { EnterSubscriber } from '../../events/http/subscriber-limits.ts'
import { peerOf } from '../../http/authenticate.ts'
import { jsonPieces } from '../../http/json-pieces.ts'
import { streamPieces, streamText } from '../../http/json-response.ts'
import { parseQuery } from '../../http/parse-request.ts'
import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import type { Pages } from '../../streams/pages.ts'
import { harEntryOf } from '../har-entry.ts'
import { digestLines } from '../read-evidence.ts'
import type { WalkLog } from '../walk-log.ts'

type StreamRequest = Request<{ id: string }>

/** A recording for other programs: as an HTTP archive, and as a list of digests. */
export function evidenceRoutes(walkLog: WalkLog, version: string, enter: EnterSubscriber): Router {
  const router = Router()
  router.get('/har/:id', async (request: StreamRequest, response) => {
    using _counted = enter(peerOf(request))
    await sendHar(request, response)
  })
  router.get('/digests/:id', async (request: StreamRequest, response) => {
    using _counted = enter(peerOf(request))
    await sendDigests(request, response)
  })
  return router

  async function sendHar({ params: { id }, query }: StreamRequest, response: Response): Promise<void> {
    const { session = null } = parseQuery(recordQuery, query)
    const uploads = await walkLog(id, session)
    setAttachment(response, id, session, 'har')
    await streamPieces(response, harPieces(id, uploads))
  }

  async function sendDigests({ params: { id }, query }: StreamRequest, response: Response): Promise<void> {
    const { session = null } = parseQuery(recordQuery, query)
    const uploads = await walkLog(id, session)
    await streamText(response.type('text/plain').set('Cache-Control', 'no-store'), digestLines(uploads))
  }

  async function* harPieces(stream: string, uploads: Pages<JudgedUpload>): AsyncGenerator<string> {
    const log = {
      version: '1.2',
      creator: { name: 'push-av-server', version },
      comment: `stream ${stream}; credentials in headers are not recorded`,
      entries: entriesOf(stream, uploads),
    }
    yield '{"log":'
    yield* jsonPieces(log)
    yield '}'
  }
}

/** Leaves out parts of long requests, which were no requests. */
async function* entriesOf(stream: string, uploads: Pages<JudgedUpload>) {
  for await (const page of uploads)
    yield page
      .filter(({ upload }) => !upload.part)
      .map((judged) => harEntryOf(stream, judged, (status) => STATUS_CODES[status] ?? ''))
}

function setAttachment(response: Response, stream: string, session: string | null, extension: string): void {
  const name = session === null ? `stream-${stream}` : `stream-${stream}-session-${session}`
  response.attachment(`${name}.${extension}`)
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
}
