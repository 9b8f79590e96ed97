import { setTimeout as delay } from 'node:timers/promises'
import { eventStream, type ServerEvent } from '@pushav/shared/events.ts'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { DeliveredEvent, EventBus } from '../event-bus.ts'
import { createSubscription, type Subscription } from './subscription.ts'

const maxUnsent = 10_000
const maxMissed = 1_000
const waitMs = 5_000
const restMs = 20
const closeTimeoutMs = 1_000

type Entry = readonly [id: string, fields: readonly string[]]

/**
 * Events on a Redis stream, which all instances write and read. What happens within a moment goes into one command;
 * while Redis is away it is dropped.
 */
export function redisEventBus(redis: RedisClient, blocking: RedisClient): EventBus & AsyncDisposable {
  const subscriptions = new Set<Subscription>()
  let unsent: ServerEvent[] = []
  let sending: Promise<void> | null = null
  let listening: Promise<string> | null = null

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
      // What else happens meanwhile goes along, and no upload's answer waits for what is told of it.
      await delay(restMs)
      const json = JSON.stringify(unsent)
      unsent = []
      await write(json).catch(() => undefined)
    } while (unsent.length > 0)
    sending = null
  }

  /** Async, because ioredis throws where a Cluster has nobody who answers for a key. */
  async function write(json: string): Promise<void> {
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
      listening ??= listen()
      await listening
      return deliver(subscription, after === null ? [] : await missed(after))
    } catch (error) {
      subscriptions.delete(subscription)
      if (subscriptions.size === 0) listening = null
      throw error
    }
  }

  async function* deliver(
    subscription: Subscription,
    missed: readonly DeliveredEvent[],
  ): AsyncIterable<DeliveredEvent> {
    try {
      yield* missed
      const last = missed.at(-1)?.id
      for await (const one of subscription.told()) if (!last || isAfter(one.id, last)) yield one
    } finally {
      subscriptions.delete(subscription)
    }
  }

  async function missed(after: string): Promise<readonly DeliveredEvent[]> {
    const [from = '-'] = after.split('.')
    const entries = await orUnavailable(redis.xrange(eventStream.key, from, '+', 'COUNT', maxMissed))
    return entries.flatMap(eventsIn).filter(({ id }) => isAfter(id, after))
  }

  /** Resolves once nothing is missed any more; goes on for as long as somebody follows. */
  async function listen(): Promise<string> {
    const [newest] = await orUnavailable(redis.xrevrange(eventStream.key, '+', '-', 'COUNT', 1))
    const start = newest?.[0] ?? '0-0'
    void listenFrom(start).catch(() => {
      for (const subscription of subscriptions) subscription.end()
      listening = null
    })
    return start
  }

  async function listenFrom(start: string): Promise<void> {
    for (let last = start; subscriptions.size > 0; ) {
      const answer = await blocking.xread('COUNT', 100, 'BLOCK', waitMs, 'STREAMS', eventStream.key, last)
      const [, entries = []] = (answer?.[0] ?? []) as [string?, Entry[]?]
      for (const one of entries.flatMap(eventsIn))
        for (const subscription of subscriptions) subscription.deliver(one)
      last = entries.at(-1)?.[0] ?? last
    }
    listening = null
  }
}

/** An event's id is its entry's and its place therein. */
function eventsIn([entry, fields]: Entry): readonly DeliveredEvent[] {
  const events = JSON.parse(fields[1] ?? '[]') as readonly ServerEvent[]
  return events.map((event, place) => ({ id: `${entry}.${place}`, event }))
}

function isAfter(id: string, other: string): boolean {
  const [a, b] = [id, other].map((text) => text.split(/[-.]/).map(Number))
  const differing = a?.findIndex((part, i) => part !== b?.[i]) ?? -1
  return differing >= 0 && (a?.[differing] ?? 0) > (b?.[differing] ?? -1)
}
