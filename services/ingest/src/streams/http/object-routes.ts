import { type NextFunction, type Request, type Response, Router } from 'express'
import { Refusal } from '../../lib/refusal.ts'
import type { FindProbe } from '../../probes/find-probe.ts'
import { isPublishingPoint, objectPathOf } from '../../uploads/http/object-url.ts'
import type { FindObject } from '../find-object.ts'
import { sendDeviceFile } from './device-bytes.ts'

type Named = Request<{ id: string }>

/** What was uploaded, and what ffprobe says of it. */
export function objectRoutes(findObject: FindObject, findProbe: FindProbe): Router {
  const router = Router()
  router.get('/probe/:id/*path', answerProbe)
  router.get('/streams/probe/:id/*path', answerProbe)
  router.get('/streams/:id/*path', answerObject)
  return router

  async function answerObject(request: Named, response: Response, next: NextFunction): Promise<void> {
    if (isPublishingPoint(request.originalUrl)) return next()
    const { version } = request.query
    const path = objectPathOf(request.originalUrl)
    const found = await findObject(request.params.id, path, typeof version === 'string' ? version : null)
    if (found.kind === 'certificate') return void response.json(found.details)
    const { id } = request.params
    const missing = () =>
      next(new Refusal('object-unknown', `stream ${id} has no object at ${path} any more`))
    sendDeviceFile(response, { ...found, path }, missing, next)
  }

  async function answerProbe(request: Named, response: Response): Promise<void> {
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
