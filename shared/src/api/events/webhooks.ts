import { z } from 'zod'
import { time } from '../common.ts'

/** Events for which webhooks can be made. */
export const webhookEvents = [
  'session-completed',
  'session-abandoned',
  'expectations-met',
  'expectations-failed',
  'handshake-refused',
] as const

const eventKind = z.enum(webhookEvents)

/** The body of `POST /webhooks`. */
export const webhookBody = z.strictObject({
  url: z.string().min(1).max(2_000).describe('http or https; it gets a POST for each event'),
  events: z
    .array(eventKind)
    .min(1)
    .max(webhookEvents.length)
    .default([...webhookEvents])
    .describe('All kinds where it is left out'),
  stream: z.number().int().min(1).optional().describe('Only events of this stream'),
  secret: z
    .string()
    .max(200)
    .optional()
    .describe('`whsec_` and the base64 of 24 to 64 bytes; made where it is left out'),
})

const webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(eventKind),
    stream: z.number().int().nullable().describe('Null for events of all streams and of none'),
    created_at: time,
  })
  .meta({ id: 'Webhook' })
export type WebhookResponse = z.infer<typeof webhook>

export const webhooksResponse = z.object({ webhooks: z.array(webhook) })
export const webhookMade = webhook.extend({
  secret: z.string().describe('What deliveries are signed with; shown this once'),
})
export type WebhookMadeResponse = z.infer<typeof webhookMade>
export const webhookRemoved = z.object({ id: z.string(), deleted: z.literal(true) })

export const deliveriesQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('The newest so many'),
})

const delivery = z.object({
  id: z.string().describe('The `webhook-id` header of all its attempts'),
  event: z.string().describe('Its kind, or `webhook-test`'),
  stream: z.string().nullable(),
  at: time.describe('When it was queued'),
  state: z.enum(['waiting', 'sending', 'retrying', 'delivered', 'failed']),
  attempts: z.number().int().describe('That have ended'),
  status: z.number().int().nullable().describe('HTTP status of the newest attempt; null without a response'),
  detail: z.string().nullable().describe('What came of the newest attempt, in words'),
  duration_ms: z.number().int().nullable().describe('Of the newest attempt'),
  next_attempt_at: time.nullable(),
})

export const deliveriesResponse = z
  .object({
    deliveries: z.array(delivery).describe('Newest first'),
    waiting: z.number().int().describe('All that have not ended'),
  })
  .meta({ id: 'WebhookDeliveries' })
export type DeliveriesResponse = z.infer<typeof deliveriesResponse>

export const webhookTest = z.object({ delivery: z.string().describe('Its id in the list of deliveries') })
