import { webhookEvents } from '@pushav/shared/api/events/webhooks.ts'
import type { ServerEvent } from '@pushav/shared/events.ts'

type WebhookEventKind = (typeof webhookEvents)[number]

/** Where events are sent by HTTP. */
export interface Webhook {
  readonly id: string
  readonly url: string
  readonly events: readonly WebhookEventKind[]
  /** Only events of this stream; null for all. */
  readonly stream: string | null
  /** `whsec_` and base64. It is in no response but the first, in no log and not in Redis. */
  readonly secret: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** An event that webhooks may ask for. */
export type WebhookEvent = Extract<ServerEvent, { readonly kind: WebhookEventKind }>

const kinds: ReadonlySet<string> = new Set(webhookEvents)

export const isWebhookEvent = (event: ServerEvent): event is WebhookEvent => kinds.has(event.kind)

export const streamOf = (event: WebhookEvent): string | null => ('stream' in event ? event.stream : null)

export const isWanted = ({ events, stream }: Webhook, event: WebhookEvent): boolean =>
  events.includes(event.kind) && (stream === null || stream === streamOf(event))

/**
 * A text that is the same wherever several processes see one event. Refusals of one client within a minute share it, too:
 * handshakes are refused as often as a client tries.
 */
export function identityOf(event: WebhookEvent): string {
  switch (event.kind) {
    case 'handshake-refused':
      return [event.kind, event.address, event.code, event.reason, event.at.slice(0, 16)].join(' ')
    case 'session-completed':
    case 'session-abandoned':
      return [event.kind, event.stream, event.session].join(' ')
    default:
      return [event.kind, event.stream, event.at].join(' ')
  }
}

/** Whether a name is the id of a webhook, which names a file. */
export const isWebhookId = (name: string): boolean => /^[0-9a-f-]{36}$/.test(name)
