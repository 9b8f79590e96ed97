import { setTimeout as sleep } from 'node:timers/promises'
import { eventStream, type ServerEvent } from '@pushav/shared/events.ts'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { DeliveredEvent, EventBus } from '../event-bus.ts'
import { createSubscription, type Subscription } from './subscription.ts'

const maxUnsent = 10_000
const maxReplayedEntries = 1_000
const batchDelayMs = 20
const readTimeoutMs = 5_000
const closeTimeoutMs = 1_000

type Entry = readonly [id: string, fields: readonly string[]]

/**
 * Events on a Redis stream, which all instances write and read. Events of one moment go into one command; while Redis
 * does not respond they are dropped. `blocking` is a connection for this alone.
 */
export function redisEventBus(redis: RedisClient, blocking: RedisClient): EventBus & AsyncDisposable {
  const subscriptions = new Set<Subscription>()
  let unsent: ServerEvent[] = []
  let sending: Promise<void> | null = null
  let reading: Promise<void> | null = null

  return {
    publish(event) {
      if (unsent.length < maxUnsent) unsent.push(event)
      sending ??= send()
    },
    subscribe,
    async [Symbol.asyncDispose]() {
      for (const subscription of subscriptions) subscription.end()
      blocking.disconnect()
      if (sending) await withTimeout(closeTimeoutMs, sending).catch(() => undefined)
    },
  }

  async function send(): Promise<void> {
    do {
      // Later events of the same moment go along, and the response to an upload does not wait for its events.
      await sleep(batchDelayMs)
      const json = JSON.stringify(unsent)
      unsent = []
      await append(json).catch(() => undefined)
    } while (unsent.length > 0)
    sending = null
  }

  /** Async, because ioredis throws at once when no server of a Cluster owns the key. */
  async function append(json: string): Promise<void> {
    await redis.xadd(eventStream.key, 'MAXLEN', '~', eventStream.maxEntries, '*', eventStream.field, json)
  }

  async function subscribe(
    after: string | null,
    signal: AbortSignal,
  ): Promise<AsyncIterable<DeliveredEvent>> {
    const subscription = createSubscription()
    subscriptions.add(subscription)
    signal.addEventListener('abort', subscription.end)
    try {
      reading ??= startReading()
      await reading
      return eventsOf(subscription, after === null ? [] : await replay(after))
    } catch (error) {
      subscriptions.delete(subscription)
      if (subscriptions.size === 0) reading = null
      throw error
    }
  }

  async function* eventsOf(
    subscription: Subscription,
    replayed: readonly DeliveredEvent[],
  ): AsyncIterable<DeliveredEvent> {
    try {
      yield* replayed
      const last = replayed.at(-1)?.id
      for await (const delivered of subscription.events())
        if (!last || isAfter(delivered.id, last)) yield delivered
    } finally {
      subscriptions.delete(subscription)
    }
  }

  /** Stored events after an earlier one. */
  async function replay(after: string): Promise<readonly DeliveredEvent[]> {
    const [from = '-'] = after.split('.')
    const entries = await orUnavailable(redis.xrange(eventStream.key, from, '+', 'COUNT', maxReplayedEntries))
    return entries.flatMap(eventsIn).filter(({ id }) => isAfter(id, after))
  }

  /** Resolves once no later event can be missed; reading goes on while there are subscriptions. */
  async function startReading(): Promise<void> {
    const [newest] = await orUnavailable(redis.xrevrange(eventStream.key, '+', '-', 'COUNT', 1))
    void readFrom(newest?.[0] ?? '0-0').catch(() => {
      for (const subscription of subscriptions) subscription.end()
      reading = null
    })
  }

  async function readFrom(start: string): Promise<void> {
    const { key } = eventStream
    for (let last = start; subscriptions.size > 0; ) {
      const streams = await blocking.xread('COUNT', 100, 'BLOCK', readTimeoutMs, 'STREAMS', key, last)
      const [, entries = []] = (streams?.[0] ?? []) as [string?, Entry[]?]
      for (const delivered of entries.flatMap(eventsIn))
        for (const subscription of subscriptions) subscription.deliver(delivered)
      last = entries.at(-1)?.[0] ?? last
    }
    reading = null
  }
}

/** The id of an event is that of its entry and its index therein. */
function eventsIn([entry, fields]: Entry): readonly DeliveredEvent[] {
  const events = JSON.parse(fields[1] ?? '[]') as readonly ServerEvent[]
  return events.map((event, index) => ({ id: `${entry}.${index}`, event }))
}

function isAfter(id: string, other: string): boolean {
  const [a, b] = [id, other].map((text) => text.split(/[-.]/).map(Number))
  const differing = a?.findIndex((part, i) => part !== b?.[i]) ?? -1
  return differing >= 0 && (a?.[differing] ?? 0) > (b?.[differing] ?? -1)
}
