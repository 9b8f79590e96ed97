import { basename, dirname } from 'node:path'
import { type Request, type Response, Router } from 'express'
import { certificateResponse } from '../../certificates/http/certificate-response.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { FindProbe } from '../../probes/find-probe.ts'
import { isPublishingPoint, objectPathOf } from '../../uploads/http/object-url.ts'
import type { FindObject } from '../find-object.ts'
import { contentTypeOf } from './content-type.ts'

type ObjectRequest = Request<{ id: string }>

/** Objects, and what ffprobe says about them. */
export function objectRoutes(findObject: FindObject, findProbe: FindProbe): Router {
  const router = Router()
  router.get('/probe/:id/*path', respondWithProbe)
  router.get('/streams/probe/:id/*path', respondWithProbe)
  router.get('/streams/:id/*path', respondWithObject)
  return router

  async function respondWithObject(
    request: ObjectRequest,
    response: Response,
    next: () => void,
  ): Promise<void> {
    if (isPublishingPoint(request.originalUrl)) return next()
    const { version } = request.query
    const path = objectPathOf(request.originalUrl)
    const found = await findObject(request.params.id, path, typeof version === 'string' ? version : null)
    if (found.kind === 'certificate') return void response.json(certificateResponse(found.certificate))
    response.set({ ETag: `"${found.upload}"`, 'Content-Type': contentTypeOf(path) })
    // With its folder as root, because express takes a working directory such as ~/.pavstest for hidden otherwise.
    response.sendFile(basename(found.file), { root: dirname(found.file), dotfiles: 'allow' })
  }

  async function respondWithProbe(request: ObjectRequest, response: Response): Promise<void> {
    const outcome = await findProbe(
      request.params.id,
      objectPathOf(request.originalUrl),
      request.query.refresh === 'true',
    )
    if (outcome.state === 'done') return void response.json(outcome.probe)
    if (outcome.state === 'failed') {
      const { message, stderr, command } = outcome
      throw new Refusal('probe-failed', message, { detail: { message, stderr, command } })
    }
    response.status(202).set('Retry-After', '1').json({ status: outcome.state })
  }
}
