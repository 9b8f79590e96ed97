import { forEachLimit } from '../lib/for-each-limit.ts'
import { sleep } from '../lib/sleep.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import type { SessionView } from '../streams/session-view.ts'
import type { Journals } from '../uploads/ports.ts'
import type { WebhookEvent } from './webhook.ts'

/**
 * Finds sessions that fell silent while no ingest process ran, and waits for the end of those that are still open and
 * get no more objects. Calls `onEvent` with their events, some of which may have been published before. Resolves when
 * the signal is given at the latest.
 */
export type FindMissedEnds = (onEvent: (event: WebhookEvent) => void, signal: AbortSignal) => Promise<void>

interface FindMissedEndsDeps {
  readonly journals: Pick<Journals, 'streams'>
  readonly index: Pick<StreamQueries, 'sessions'>
  readonly streams: Pick<StreamReads, 'sessionViewsOf'>
  readonly idleMs: number
  readonly now: () => Date
}

/** How many sessions of a stream are looked at; earlier ones have ended. */
const newestSessions = 4
const maxAgeMs = 600_000
const streamConcurrency = 32

export function findMissedEndsWith(deps: FindMissedEndsDeps): FindMissedEnds {
  const { journals, index, streams, idleMs, now } = deps
  return async function findMissedEnds(onEvent, signal) {
    const waits: Promise<void>[] = []
    await forEachLimit(await journals.streams(), streamConcurrency, async (stream) => {
      const keys = ((await index.sessions(stream)) ?? []).slice(-newestSessions)
      const views = await streams.sessionViewsOf(stream, keys)
      for (const view of views) {
        if (view.phase === 'open') waits.push(waitForEnd(stream, view, onEvent, signal))
        else if (silenceMsAgo(view) <= maxAgeMs) report(stream, view, onEvent)
      }
    })
    await Promise.all(waits)
  }

  /** Another object, or an end that was announced, has an event of its own. */
  async function waitForEnd(
    stream: string,
    { id, lastObjectMs }: SessionView,
    onEvent: (event: WebhookEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await sleep(Math.max(0, lastObjectMs + idleMs + 1 - now().getTime()), signal)
    if (signal.aborted) return
    const [view] = await streams.sessionViewsOf(stream, [id]).catch(() => [])
    if (view?.lastObjectMs === lastObjectMs) report(stream, view, onEvent)
  }

  function report(stream: string, view: SessionView, onEvent: (event: WebhookEvent) => void): void {
    if (view.phase !== 'silent') return
    const kind = view.isComplete ? 'session-completed' : 'session-abandoned'
    onEvent({ kind, stream, at: now().toISOString(), session: view.id })
  }

  function silenceMsAgo({ lastObjectMs }: SessionView): number {
    return now().getTime() - lastObjectMs - idleMs
  }
}
