import { type NextFunction, type Request, type Response, Router } from 'express'
import { Refusal } from '../../lib/refusal.ts'
import type { UploadStore } from '../../uploads/ports.ts'
import type { Streams } from '../streams.ts'
import { sendDeviceFile } from './device-bytes.ts'

type Named = Request<{ id: string; upload: string }>

/** An upload's bytes by its id alone, for probe workers on other machines: the disk answers, whatever the index knows. */
export function uploadBytesRoutes(streams: Streams, store: Pick<UploadStore, 'fileOf'>): Router {
  const router = Router()
  router.get('/uploads/:id/:upload', answerBody)
  return router

  async function answerBody(request: Named, response: Response, next: NextFunction): Promise<void> {
    const { id, upload } = request.params
    await streams.assertExists(id)
    if (!/^\w[\w.-]*$/.test(upload)) throw unknown(id, upload)
    const file = store.fileOf(id, upload)
    sendDeviceFile(response, { file, upload, path: null }, () => next(unknown(id, upload)), next)
  }
}

const unknown = (stream: string, upload: string): Refusal =>
  new Refusal('object-unknown', `stream ${stream} has no upload ${upload}`)
