import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventStream, type ServerEvent } from '@pushav/shared/events.ts'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { DeliveredEvent, EventBus } from '../event-bus.ts'
import { createSubscription, type Subscription } from './subscription.ts'

const maxUnsent = 10_000
/** Events in one entry at most, so that a page of a replay, which is counted in entries, is small. */
const maxEntryEvents = 100
const replayPageEntries = 100
/** Replays at a time, of all subscribers. Each holds one page. */
const maxReplays = 8
const maxReplayEvents = 20_000
const maxReplayBytes = 16_777_216
const batchDelayMs = 20
const readTimeoutMs = 5_000
const closeTimeoutMs = 1_000

type Entry = readonly [id: string, fields: readonly string[]]

interface Listener {
  readonly onEvent: (event: ServerEvent) => void
  readonly end: () => void
}

/**
 * Events on a Redis stream, which all instances write and read. Events of one moment go into one command; while Redis
 * does not respond they are dropped. `blocking` is a connection for this alone; `onPublish` gets what this process
 * publishes.
 */
export function redisEventBus(
  redis: RedisClient,
  blocking: RedisClient,
  onPublish: (event: ServerEvent) => void,
): EventBus & AsyncDisposable {
  const subscriptions = new Set<Subscription>()
  const listeners = new Set<Listener>()
  /** Marks the entries of this process, whose listeners have heard them already. */
  const origin = randomUUID()
  let unsent: ServerEvent[] = []
  let sending: Promise<void> | null = null
  let reading: Promise<void> | null = null
  let replays = 0

  return {
    publish(event) {
      onPublish(event)
      for (const { onEvent } of listeners) onEvent(event)
      if (unsent.length < maxUnsent) unsent.push(event)
      sending ??= send()
    },
    subscribe,
    listen,
    async [Symbol.asyncDispose]() {
      for (const reader of readers()) reader.end()
      blocking.disconnect()
      if (sending) await withTimeout(closeTimeoutMs, sending).catch(() => undefined)
    },
  }

  async function send(): Promise<void> {
    do {
      // Later events of the same moment go along, and the response to an upload does not wait for its events.
      await sleep(batchDelayMs)
      const events = unsent
      unsent = []
      for (let from = 0; from < events.length; from += maxEntryEvents)
        await append(JSON.stringify(events.slice(from, from + maxEntryEvents))).catch(() => undefined)
    } while (unsent.length > 0)
    sending = null
  }

  /** Async, because ioredis throws at once when no server of a Cluster owns the key. */
  async function append(json: string): Promise<void> {
    const { key, maxEntries, field, originField } = eventStream
    await redis.xadd(key, 'MAXLEN', '~', maxEntries, '*', field, json, originField, origin)
  }

  function readers(): readonly { readonly end: () => void }[] {
    return [...subscriptions, ...listeners]
  }

  async function listen(
    onEvent: (event: ServerEvent) => void,
    onListening: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const end = () => resolve()
    const listener = { onEvent, end }
    listeners.add(listener)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      await startReading()
      onListening()
      await ended
    } finally {
      signal.removeEventListener('abort', end)
      listeners.delete(listener)
    }
  }

  async function subscribe(
    after: string | null,
    signal: AbortSignal,
  ): Promise<AsyncIterable<DeliveredEvent>> {
    if (after === null) return (await join(signal)).events()
    const release = acquireReplay(signal)
    try {
      return replay(await readPage(after.split('.', 1)[0] ?? '-', after), after, signal, release)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Counts a replay until the returned function is called or the signal is given. */
  function acquireReplay(signal: AbortSignal): () => void {
    if (replays >= maxReplays) throw new Refusal('busy', `${maxReplays} others replay events; try again`)
    replays += 1
    let isHeld = true
    signal.addEventListener('abort', release)
    if (signal.aborted) release()
    return release

    function release(): void {
      signal.removeEventListener('abort', release)
      if (isHeld) replays -= 1
      isHeld = false
    }
  }

  /** A page is read when the subscriber has taken the one before. */
  async function* replay(
    first: Page,
    after: string,
    signal: AbortSignal,
    release: () => void,
  ): AsyncGenerator<DeliveredEvent> {
    let page = first
    let last = after
    let [events, bytes] = [0, 0]
    for (; !signal.aborted; page = await readPage(`(${page.lastEntry}`, last)) {
      yield* page.events
      last = page.events.at(-1)?.id ?? last
      events += page.events.length
      bytes += page.bytes
      if (page.isLast) break
      if (events >= maxReplayEvents || bytes >= maxReplayBytes) return
    }
    if (signal.aborted) return
    release()
    const subscription = await join(signal)
    // What was written between the last page and the subscription; few, and the rest of it comes live as well.
    for (let isLast = false; !isLast && !signal.aborted; isLast = page.isLast) {
      page = await readPage(page.lastEntry === null ? '-' : `(${page.lastEntry}`, last)
      yield* page.events
      last = page.events.at(-1)?.id ?? last
    }
    for await (const delivered of subscription.events()) if (isAfter(delivered.id, last)) yield delivered
  }

  /** Events after the one with the id `after`, in entries from `from` on. */
  async function readPage(from: string, after: string): Promise<Page> {
    const entries = await orUnavailable(redis.xrange(eventStream.key, from, '+', 'COUNT', replayPageEntries))
    return {
      events: entries.flatMap(eventsIn).filter(({ id }) => isAfter(id, after)),
      lastEntry: entries.at(-1)?.[0] ?? after.split('.', 1)[0] ?? null,
      bytes: entries.reduce((sum, [, fields]) => sum + (fields[1]?.length ?? 0), 0),
      isLast: entries.length < replayPageEntries,
    }
  }

  /** A subscription to all events from now on, until the signal is given. */
  async function join(signal: AbortSignal): Promise<Subscription> {
    const subscription = createSubscription()
    subscriptions.add(subscription)
    signal.addEventListener('abort', leave)
    // The signal of a client that has left is not given again.
    if (signal.aborted) leave()
    try {
      await startReading()
    } catch (error) {
      leave()
      throw error
    }
    return subscription

    function leave(): void {
      signal.removeEventListener('abort', leave)
      subscriptions.delete(subscription)
      subscription.end()
    }
  }

  /** Resolves once no later event can be missed; reading goes on while there are subscriptions or listeners. */
  function startReading(): Promise<void> {
    if (reading) return reading
    const started = readNewest()
    reading = started
    started.catch(() => {
      if (reading === started) reading = null
    })
    return started
  }

  async function readNewest(): Promise<void> {
    const [newest] = await orUnavailable(redis.xrevrange(eventStream.key, '+', '-', 'COUNT', 1))
    void readFrom(newest?.[0] ?? '0-0').catch(() => {
      for (const reader of readers()) reader.end()
      reading = null
    })
  }

  async function readFrom(start: string): Promise<void> {
    const { key } = eventStream
    for (let last = start; subscriptions.size + listeners.size > 0; ) {
      const streams = await blocking.xread('COUNT', 100, 'BLOCK', readTimeoutMs, 'STREAMS', key, last)
      const [, entries = []] = (streams?.[0] ?? []) as [string?, Entry[]?]
      for (const entry of entries) deliver(entry)
      last = entries.at(-1)?.[0] ?? last
    }
    reading = null
  }

  function deliver(entry: Entry): void {
    const isOwn = entry[1][3] === origin
    if (isOwn && subscriptions.size === 0) return
    for (const delivered of eventsIn(entry)) {
      for (const subscription of subscriptions) subscription.deliver(delivered)
      if (!isOwn) for (const { onEvent } of listeners) onEvent(delivered.event)
    }
  }
}

/** Consecutive stored events, and the id of the last entry that was read for them. */
interface Page {
  readonly events: readonly DeliveredEvent[]
  readonly lastEntry: string | null
  readonly bytes: number
  readonly isLast: boolean
}

/** The id of an event is that of its entry and its index therein. */
function eventsIn([entry, fields]: Entry): readonly DeliveredEvent[] {
  const events = JSON.parse(fields[1] ?? '[]') as readonly ServerEvent[]
  return events.map((event, index) => delivered(`${entry}.${index}`, event))
}

function delivered(id: string, event: ServerEvent): DeliveredEvent {
  let json: string | null = null
  return {
    id,
    event,
    get json() {
      json ??= JSON.stringify(event)
      return json
    },
  }
}

function isAfter(id: string, other: string): boolean {
  const [a, b] = [id, other].map((text) => text.split(/[-.]/).map(Number))
  const differing = a?.findIndex((part, i) => part !== b?.[i]) ?? -1
  return differing >= 0 && (a?.[differing] ?? 0) > (b?.[differing] ?? -1)
}
