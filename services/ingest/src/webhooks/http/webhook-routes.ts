import {
  type DeliveriesResponse,
  deliveriesQuery,
  type WebhookMadeResponse,
  type WebhookResponse,
  webhookBody,
} from '@pushav/shared/api/events/webhooks.ts'
import { type Request, type Response, Router } from 'express'
import { noteForAudit } from '../../access/http/audit-notes.ts'
import { anyJson, parseBody, parseQuery } from '../../http/parse-request.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { Webhooks } from '../edit-webhooks.ts'
import type { ListedDelivery } from '../ports.ts'
import type { Webhook } from '../webhook.ts'

type WebhookRequest = Request<{ id: string }>

/** Where events are sent, and what came of it. */
export function webhookRoutes(webhooks: Webhooks): Router {
  const router = Router()
  router.get('/webhooks', async (_request, response) => {
    response.json({ webhooks: (await webhooks.list()).map(webhookResponse) })
  })
  router.post('/webhooks', sendContinue, anyJson('8kb'), create)
  router.delete('/webhooks/:id', async ({ params: { id } }: WebhookRequest, response) => {
    noteForAudit(response, { host: hostOf(await webhooks.remove(id)) })
    response.json({ id, deleted: true })
  })
  router.get('/webhooks/:id/deliveries', async (request: WebhookRequest, response) => {
    const { limit } = parseQuery(deliveriesQuery, request.query)
    const { deliveries, waiting } = await webhooks.deliveries(request.params.id, limit)
    const body: DeliveriesResponse = { deliveries: deliveries.map(deliveryResponse), waiting }
    response.json(body)
  })
  router.post('/webhooks/:id/test', sendContinue, async ({ params: { id } }: WebhookRequest, response) => {
    response.status(202).json({ delivery: await webhooks.sendTest(id) })
  })
  return router

  async function create(request: Request, response: Response): Promise<void> {
    const { url, events, stream, secret } = parseBody(webhookBody, request.body)
    const wanted = {
      url,
      events,
      stream: stream === undefined ? null : String(stream),
      secret: secret ?? null,
    }
    const made = await webhooks.create(wanted)
    noteForAudit(response, { id: made.id, host: hostOf(made) })
    const body: WebhookMadeResponse = { ...webhookResponse(made), secret: made.secret }
    response.status(201).json(body)
  }
}

/** The rest of a URL may be a secret of the target's. */
const hostOf = ({ url }: Webhook): string => new URL(url).host

const webhookResponse = ({ id, url, events, stream, createdAt }: Webhook): WebhookResponse => ({
  id,
  url,
  events: [...events],
  stream: stream === null ? null : Number(stream),
  created_at: createdAt,
})

function deliveryResponse(listed: ListedDelivery): DeliveriesResponse['deliveries'][number] {
  const { id, event, stream, queuedMs, state, attempts, attempt, nextAttemptMs } = listed
  return {
    id,
    event,
    stream,
    at: new Date(queuedMs).toISOString(),
    state,
    attempts,
    status: attempt?.status ?? null,
    detail: attempt?.detail ?? null,
    duration_ms: attempt?.durationMs ?? null,
    next_attempt_at: nextAttemptMs === null ? null : new Date(nextAttemptMs).toISOString(),
  }
}
