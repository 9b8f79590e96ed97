import { type NextFunction, type Request, type Response, Router } from 'express'
import { certificateResponse } from '../../certificates/http/certificate-response.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { UploadStore } from '../../uploads/ports.ts'
import type { FindCertificate } from '../find-object.ts'
import type { Streams } from '../streams.ts'
import { sendDeviceFile } from './device-bytes.ts'

type UploadRequest = Request<{ id: string; upload: string }>

/**
 * An upload's bytes by its id, for probe workers on other machines without the index; and the certificate that it
 * came with, at a path that no device can write.
 */
export function uploadBytesRoutes(
  streams: Pick<Streams, 'assertExists'>,
  store: Pick<UploadStore, 'locate'>,
  findCertificate: FindCertificate,
): Router {
  const router = Router()
  router.get('/uploads/:id/:upload', respondWithBytes)
  router.get('/uploads/:id/:upload/certificate', async (request: UploadRequest, response) => {
    const { id, upload } = request.params
    await streams.assertExists(id)
    response.json(certificateResponse(await findCertificate(id, upload)))
  })
  return router

  async function respondWithBytes(
    request: UploadRequest,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const { id, upload } = request.params
    await streams.assertExists(id)
    const body = await store.locate(id, upload)
    sendDeviceFile(response, { body, upload, path: null }, () => next(unknownUpload(id, upload)), next)
  }
}

const unknownUpload = (stream: string, upload: string): Refusal =>
  new Refusal('object-unknown', `stream ${stream} has no upload ${upload}`)
