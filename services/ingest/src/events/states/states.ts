import type { ServerEvent } from '@pushav/shared/events.ts'
import { sleep } from '../../lib/sleep.ts'
import type { EventBus } from '../event-bus.ts'
import { createServerFeed, type ServerFeedDeps, type ServerNow } from './server-feed.ts'
import { createStreamFeed, type StreamFeed, type StreamFeedDeps, type StreamNow } from './stream-feed.ts'

/** What watchers follow: a state that stands by itself, not what happened. Both end when the signal is given. */
export interface States {
  /** Ends also when the stream is deleted. */
  stream(id: string, signal: AbortSignal): AsyncIterable<StreamNow>
  server(signal: AbortSignal): AsyncIterable<ServerNow>
}

interface StatesDeps {
  readonly eventBus: Pick<EventBus, 'subscribe'>
  readonly streams: StreamFeedDeps['streams'] & ServerFeedDeps['streams']
  readonly inFlight: StreamFeedDeps['inFlight']
  readonly refusals: ServerFeedDeps['refusals']
  readonly backlog: ServerFeedDeps['backlog']
  readonly now: () => Date
}

const retryMs = 500

/** One subscription for all watchers of this process; one feed for each stream that is watched, and one for all. */
export function createStates(deps: StatesDeps): States {
  const feeds = new Map<string, StreamFeed>()
  const server = createServerFeed(deps)
  let following: AbortController | null = null
  let subscribed = Promise.resolve()
  return {
    async *stream(id, signal) {
      await follow()
      const feed = feeds.get(id) ?? createStreamFeed(id, deps)
      feeds.set(id, feed)
      try {
        yield* feed.watch(signal)
      } finally {
        if (feed.size() === 0 && feeds.get(id) === feed) feeds.delete(id)
        stopIfIdle()
      }
    },
    async *server(signal) {
      await follow()
      try {
        yield* server.watch(signal)
      } finally {
        stopIfIdle()
      }
    },
  }

  /** Resolves once events are received or cannot be; the feeds' first messages are read after that. */
  function follow(): Promise<void> {
    if (following) return subscribed
    following = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    subscribed = promise
    void receive(following.signal, resolve)
    return subscribed
  }

  function stopIfIdle(): void {
    if (feeds.size > 0 || server.size() > 0) return
    following?.abort()
    following = null
  }

  async function receive(signal: AbortSignal, onSubscribed: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const events = await deps.eventBus.subscribe(null, signal)
        onSubscribed()
        for await (const { event } of events) dispatch(event)
      } catch {
        onSubscribed()
      }
      await sleep(retryMs, signal)
      server.onGap()
      for (const feed of feeds.values()) feed.onGap()
    }
  }

  function dispatch(event: ServerEvent): void {
    server.onEvent(event)
    if ('stream' in event) feeds.get(event.stream)?.onEvent(event)
  }
}
