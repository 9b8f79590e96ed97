import { type NextFunction, type Request, type Response, Router } from 'express'
import { certificateResponse } from '../../certificates/http/certificate-response.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { FindProbe } from '../../probes/find-probe.ts'
import { isPublishingPoint, objectPathOf } from '../../uploads/http/object-url.ts'
import type { FindObject } from '../find-object.ts'
import { sendDeviceFile } from './device-bytes.ts'

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
    next: NextFunction,
  ): Promise<void> {
    if (isPublishingPoint(request.originalUrl)) return next()
    const { version } = request.query
    const path = objectPathOf(request.originalUrl)
    const found = await findObject(request.params.id, path, typeof version === 'string' ? version : null)
    if (found.kind === 'certificate') return void response.json(certificateResponse(found.certificate))
    const { id } = request.params
    const onMissing = () =>
      next(new Refusal('object-unknown', `stream ${id} has no object at ${path} any more`))
    sendDeviceFile(response, { ...found, path }, onMissing, next)
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
    if (outcome.state === 'not-media') throw new Refusal('not-media', outcome.message)
    response.status(202).set('Retry-After', '1').json({ status: outcome.state })
  }
}
