import { createHash } from 'node:crypto'
import type { ServerEvent } from '@pushav/shared/events.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { Refusal } from '../lib/refusal.ts'
import { sleep } from '../lib/sleep.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import { deliveryOf, type LinksFor } from './delivery.ts'
import type { FindMissedEnds } from './find-missed-ends.ts'
import type { Delivery, DeliveryQueues, WebhookFiles } from './ports.ts'
import { identityOf, isWanted, isWebhookEvent, streamOf, type WebhookEvent } from './webhook.ts'

/** Queues the events of this process for the webhooks that want them. */
export interface WebhookNotifier extends AsyncDisposable {
  /** Returns at once and never throws. Events wait until `start`, and while Redis is unreachable. */
  onEvent(event: ServerEvent): void
  /** Call this once. */
  start(deps: WebhookNotifierDeps): void
}

interface WebhookNotifierDeps {
  readonly files: Pick<WebhookFiles, 'list'>
  readonly queues: Pick<DeliveryQueues, 'serve' | 'enqueue'>
  readonly streams: Pick<StreamReads, 'sessionViewsOf'>
  readonly findMissedEnds: FindMissedEnds
  readonly linksFor: LinksFor
  readonly log: Logger
}

/** Events of one moment go together. */
const batchDelayMs = 100
const retryMs = 500
/** How many events wait in memory; further ones are dropped. */
const maxWaiting = 20_000

export function createWebhookNotifier(): WebhookNotifier {
  const closing = new AbortController()
  let waiting = new Map<string, WebhookEvent>()
  let deps: WebhookNotifierDeps | null = null
  let running: Promise<void> | null = null
  let missed: Promise<void> | null = null
  let dropped = 0
  return {
    onEvent(event) {
      if (isWebhookEvent(event)) add(event)
    },
    start(given) {
      deps = given
      running = begin(given)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await missed
      await running
    },
  }

  function add(event: WebhookEvent): void {
    const key = identityOf(event)
    if (waiting.size >= maxWaiting && !waiting.has(key)) dropped += 1
    else waiting.set(key, event)
    if (deps && !running && !closing.signal.aborted) running = run(deps)
  }

  /** Deliveries that an earlier process queued go on. */
  async function begin(given: WebhookNotifierDeps): Promise<void> {
    try {
      const webhooks = await given.files.list()
      given.queues.serve(webhooks.map(({ id }) => id))
      if (webhooks.length > 0) missed = findMissedEnds(given)
    } catch (error) {
      given.log.error({ error }, 'the webhooks cannot be read')
    }
    await run(given)
  }

  async function findMissedEnds(given: WebhookNotifierDeps): Promise<void> {
    try {
      await given.findMissedEnds(add, closing.signal)
    } catch (error) {
      given.log.warn({ error }, 'webhooks get no events of sessions that ended before the start')
    }
  }

  async function run(given: WebhookNotifierDeps): Promise<void> {
    while (waiting.size > 0 && !closing.signal.aborted) {
      await sleep(batchDelayMs, closing.signal)
      const events = waiting
      waiting = new Map()
      await notifyUntilDone(given, events)
      if (dropped > 0) given.log.warn({ dropped }, 'events were not sent to webhooks: too many wait')
      dropped = 0
    }
    running = null
  }

  /** The last attempt is made when this process closes. */
  async function notifyUntilDone(
    given: WebhookNotifierDeps,
    events: ReadonlyMap<string, WebhookEvent>,
  ): Promise<void> {
    for (;;) {
      const isLast = closing.signal.aborted
      try {
        return await notify(given, events)
      } catch (error) {
        given.log.warn({ error, events: events.size }, 'events wait to be queued for webhooks')
        if (isLast) return
        await sleep(retryMs, closing.signal)
      }
    }
  }

  /** May run twice for the same events: a queue takes each delivery once. */
  async function notify(
    { files, queues, streams, linksFor, log }: WebhookNotifierDeps,
    events: ReadonlyMap<string, WebhookEvent>,
  ): Promise<void> {
    const webhooks = await files.list()
    queues.serve(webhooks.map(({ id }) => id))
    if (webhooks.length === 0) return
    const wanted = [...events].filter(([, event]) => webhooks.some((webhook) => isWanted(webhook, event)))
    const identified = await Promise.all(wanted.map(([key, event]) => withEnd(streams, key, event)))
    const news = identified.filter((one) => one !== null)
    for (const webhook of webhooks) {
      const deliveries = news
        .filter(({ event }) => isWanted(webhook, event))
        .map(({ key, event }) => deliveryFor(`${webhook.id} ${key}`, event, linksFor))
      const refused = await queues.enqueue(webhook.id, deliveries)
      if (refused > 0) log.warn({ webhook: webhook.id, refused }, 'a webhook has too many deliveries waiting')
    }
  }
}

interface IdentifiedEvent {
  readonly key: string
  readonly event: WebhookEvent
}

/**
 * The event of an end with the key of that end, by the session's newest object. Each process that received objects of the
 * session finds an end by its own clock; null where another process has received more, so that the session has not ended.
 */
async function withEnd(
  streams: Pick<StreamReads, 'sessionViewsOf'>,
  key: string,
  event: WebhookEvent,
): Promise<IdentifiedEvent | null> {
  if (event.kind !== 'session-completed' && event.kind !== 'session-abandoned') return { key, event }
  try {
    const [view] = await streams.sessionViewsOf(event.stream, [event.session])
    if (!view) return { key, event }
    return view.phase === 'open' ? null : { key: `${key} ${view.lastObjectMs}`, event }
  } catch (error) {
    if (error instanceof Refusal) return { key, event }
    throw error
  }
}

function deliveryFor(key: string, event: WebhookEvent, linksFor: LinksFor): Delivery {
  const session = 'session' in event ? event.session : null
  const id = createHash('sha256').update(key).digest('base64url')
  return deliveryOf(id, event, linksFor(streamOf(event), session))
}
