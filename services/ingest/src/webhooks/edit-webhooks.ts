import { createHash } from 'node:crypto'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import { deliveryOf, type LinksFor } from './delivery.ts'
import {
  type Delivery,
  type DeliveryQueues,
  type ListedDelivery,
  TargetForbidden,
  type WebhookFiles,
} from './ports.ts'
import type { Webhook } from './webhook.ts'
import { isSecret, newSecret } from './webhook-secret.ts'

/** What an admin does with webhooks. What takes an id throws the refusal `webhook-unknown`. */
export interface Webhooks {
  /** Throws the refusals `request-malformed` and `webhook-limit`. */
  create(wanted: WantedWebhook): Promise<Webhook>
  list(): Promise<readonly Webhook[]>
  /** Throws `Unavailable` while Redis does not respond. */
  remove(id: string): Promise<Webhook>
  /** Throws `Unavailable` while Redis does not respond. */
  deliveries(
    id: string,
    limit: number,
  ): Promise<{ readonly deliveries: readonly ListedDelivery[]; readonly waiting: number }>
  /** Queues an event that says it is a test; its delivery's id. Throws `Unavailable` likewise. */
  sendTest(id: string): Promise<string>
}

interface WantedWebhook extends Pick<Webhook, 'url' | 'events' | 'stream'> {
  /** Null for a new one. */
  readonly secret: string | null
}

interface WebhooksDeps {
  readonly files: WebhookFiles
  readonly queues: DeliveryQueues
  readonly linksFor: LinksFor
  /** Throws `TargetForbidden` for an address that webhooks may not reach; names are looked up later. */
  readonly assertAllowed: (url: URL) => void
  readonly newId: () => string
  readonly now: () => Date
}

const maxWebhooks = 16

export function editWebhooksWith(deps: WebhooksDeps): Webhooks {
  const { files, queues, linksFor, assertAllowed, newId, now } = deps
  const runExclusively = createKeyedMutex()
  return {
    // One after the other, so that those which come at once are not above the limit together.
    create: (wanted) => runExclusively('', () => create(wanted)),
    list: files.list,
    async remove(id) {
      const webhook = await read(id)
      // The queue first: while Redis is unreachable the webhook stays, so that no deliveries are left without one.
      await queues.remove(id)
      await files.remove(id)
      return webhook
    },
    async deliveries(id, limit) {
      await read(id)
      return { deliveries: await queues.newest(id, limit), waiting: await queues.waiting(id) }
    },
    async sendTest(id) {
      const { stream } = await read(id)
      const test = testDelivery(stream)
      await queues.enqueue(id, [test])
      return test.id
    },
  }

  async function create({ url, events, stream, secret }: WantedWebhook): Promise<Webhook> {
    const existing = await files.list()
    if (existing.length >= maxWebhooks)
      throw new Refusal('webhook-limit', `there are ${maxWebhooks} webhooks already; remove one first`)
    if (secret !== null && !isSecret(secret))
      throw new Refusal('request-malformed', 'secret must be whsec_ and the base64 of 24 to 64 bytes')
    const made = {
      id: newId(),
      url: targetOf(url, assertAllowed),
      events: [...new Set(events)],
      stream,
      secret: secret ?? newSecret(),
      createdAt: now().toISOString(),
    }
    await files.create(made)
    queues.serve([...existing, made].map(({ id }) => id))
    return made
  }

  async function read(id: string): Promise<Webhook> {
    const webhook = await files.read(id)
    if (webhook) return webhook
    throw new Refusal('webhook-unknown', `there is no webhook ${JSON.stringify(id.slice(0, 100))}`)
  }

  function testDelivery(stream: string | null): Delivery {
    const event = { kind: 'webhook-test', at: now().toISOString(), ...(stream === null ? {} : { stream }) }
    const id = createHash('sha256').update(newId()).digest('base64url')
    return deliveryOf(id, event, linksFor(stream, null))
  }
}

/** The URL to send to. Throws the refusal `request-malformed` with what is wrong with it. */
function targetOf(text: string, assertAllowed: (url: URL) => void): string {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new Refusal('request-malformed', 'url must be an http or https URL')
  if (url.username !== '' || url.password !== '')
    throw new Refusal(
      'request-malformed',
      'url must have no user name and password: check the signature instead',
    )
  url.hash = ''
  try {
    assertAllowed(url)
  } catch (error) {
    if (error instanceof TargetForbidden) throw new Refusal('request-malformed', `url: ${error.message}`)
    throw error
  }
  return url.href
}
