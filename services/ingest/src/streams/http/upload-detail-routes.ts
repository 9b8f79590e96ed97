import { boxesQuery } from '@pushav/shared/api/uploads.ts'
import { type Request, Router } from 'express'
import { type JoinedBytes, joinBytes, sendJoined } from '../../http/bodies/send-joined.ts'
import { streamPieces } from '../../http/json-response.ts'
import { parseQuery } from '../../http/parse-request.ts'
import type { OpenedUpload, OpenUpload } from '../../uploads/ports.ts'
import type { FindPreview } from '../one-upload/find-preview.ts'
import type { ReadBoxes } from '../one-upload/read-boxes.ts'
import type { ManifestText, ReadManifestText } from '../one-upload/read-manifest-text.ts'
import type { Streams } from '../streams.ts'
import { boxResponse } from './box-response.ts'
import { deviceBytesPolicy } from './device-bytes-policy.ts'

interface UploadDetailDeps {
  readonly streams: Pick<Streams, 'assertExists'>
  readonly readBoxes: ReadBoxes
  readonly readManifestText: ReadManifestText
  readonly findPreview: FindPreview
  readonly open: OpenUpload
}

type UploadRequest = Request<{ id: string; upload: string }>

/** What is inside one upload: its boxes, its text, its picture. */
export function uploadDetailRoutes(deps: UploadDetailDeps): Router {
  const { streams, readBoxes, readManifestText, findPreview, open } = deps
  const router = Router()
  router.get('/uploads/:id/:upload/boxes', async (request: UploadRequest, response) => {
    const { id, upload } = request.params
    const { at, limit } = parseQuery(boxesQuery, request.query)
    await streams.assertExists(id)
    const page = await readBoxes(id, upload, at, limit)
    response.json({ bytes: page.bytes, next_at: page.nextAt, boxes: page.boxes.map(boxResponse) })
  })
  router.get('/uploads/:id/:upload/text', async (request: UploadRequest, response) => {
    const { id, upload } = request.params
    await streams.assertExists(id)
    await streamPieces(response, textPieces(await readManifestText(id, upload)))
  })
  router.get('/uploads/:id/:upload/preview.mp4', async (request: UploadRequest, response) => {
    const { id, upload } = request.params
    await streams.assertExists(id)
    const preview = await findPreview(id, upload)
    await using init = preview.init && (await open(id, preview.init.upload))
    await using segment = await open(id, preview.upload)
    response.set({
      'Content-Type': 'video/mp4',
      'Content-Security-Policy': deviceBytesPolicy,
      ETag: `"${upload}"`,
      'Cache-Control': 'private, no-cache',
    })
    await sendJoined(response, joinBytes((init ? [init, segment] : [segment]).map(bytesOf)))
  })
  return router
}

/** A manifest's text as JSON, in slices: a text whose characters are all escaped is six times as long. */
async function* textPieces({ text, encoding, findings }: ManifestText): AsyncGenerator<string> {
  yield '{"text":"'
  for (let at = 0; at < text.length; at += sliceLength)
    yield JSON.stringify(text.slice(at, at + sliceLength)).slice(1, -1)
  yield `","encoding":${JSON.stringify(encoding)},"findings":${JSON.stringify(findings)}}`
}

const sliceLength = 16_384
const chunkBytes = 65_536

export const bytesOf = (file: OpenedUpload): JoinedBytes => ({
  bytes: file.bytes,
  async *read(from, to) {
    for (let at = from; at < to; at += chunkBytes) yield await file.read(at, Math.min(chunkBytes, to - at))
  },
})
