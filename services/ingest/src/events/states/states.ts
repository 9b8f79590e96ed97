import type { ServerEvent } from '@pushav/shared/events.ts'
import { sleep } from '../../lib/sleep.ts'
import type { EventBus } from '../event-bus.ts'
import { createServerStateSource, type ServerNow, type ServerStateDeps } from './server-state-source.ts'
import {
  createStreamStateSource,
  type StreamNow,
  type StreamStateDeps,
  type StreamStateSource,
} from './stream-state-source.ts'

/** What watchers follow: a state that stands by itself, not what happened. Both end when the signal is given. */
export interface States {
  /** Ends also when the stream is deleted. */
  stream(id: string, signal: AbortSignal): AsyncIterable<StreamNow>
  server(signal: AbortSignal): AsyncIterable<ServerNow>
}

interface StatesDeps {
  readonly eventBus: Pick<EventBus, 'listen'>
  readonly streams: StreamStateDeps['streams'] & ServerStateDeps['streams']
  readonly readUploadLog: StreamStateDeps['readUploadLog']
  readonly inFlight: StreamStateDeps['inFlight']
  readonly refusals: ServerStateDeps['refusals']
  readonly backlog: ServerStateDeps['backlog']
  readonly now: () => Date
}

const retryMs = 500

/** One listener for all watchers of this process; one source for each stream that is watched, and one for all. */
export function createStates(deps: StatesDeps): States {
  const sources = new Map<string, StreamStateSource>()
  const server = createServerStateSource(deps)
  let following: AbortController | null = null
  let listening = Promise.resolve()
  return {
    async *stream(id, signal) {
      await follow()
      const source = sources.get(id) ?? createStreamStateSource(id, deps)
      sources.set(id, source)
      try {
        yield* source.watch(signal)
      } finally {
        if (source.size() === 0 && sources.get(id) === source) sources.delete(id)
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

  /** Resolves once events are received or cannot be; the sources' first messages are read after that. */
  function follow(): Promise<void> {
    if (following) return listening
    following = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    listening = promise
    void receive(following.signal, resolve)
    return listening
  }

  function stopIfIdle(): void {
    if (sources.size > 0 || server.size() > 0) return
    following?.abort()
    following = null
  }

  async function receive(signal: AbortSignal, onListening: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await deps.eventBus.listen(dispatch, onListening, signal)
      } catch {
        onListening()
      }
      await sleep(retryMs, signal)
      server.onGap()
      for (const source of sources.values()) source.onGap()
    }
  }

  function dispatch(event: ServerEvent): void {
    server.onEvent(event)
    if ('stream' in event) sources.get(event.stream)?.onEvent(event)
  }
}
