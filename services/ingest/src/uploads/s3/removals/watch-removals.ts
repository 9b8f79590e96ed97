import type { Logger } from '@pushav/shared/logger.ts'
import type { EventBus } from '../../../events/event-bus.ts'
import { createSemaphore } from '../../../lib/semaphore.ts'
import { sleep } from '../../../lib/sleep.ts'
import type { LocalJournals, LocalUploads } from '../../ports.ts'
import type { Shipper } from '../shipper.ts'
import type { StoreStreams } from '../store-streams.ts'

const resubscribeMs = 1_000
const freeAfterMs = 2_000
const freeConcurrency = 4

interface WatchRemovalsDeps {
  readonly eventBus: Pick<EventBus, 'subscribe'>
  readonly journals: Pick<LocalJournals, 'streams' | 'has' | 'remove' | 'removed'>
  readonly uploads: Pick<LocalUploads, 'removeStream'>
  readonly streams: Pick<StoreStreams, 'forget'>
  readonly shipper: Pick<Shipper, 'forget'>
  /** Returns whether all is gone that the store lacks (`removedBodiesWith`). */
  readonly freeRemoved: (stream: string) => Promise<boolean>
  readonly log: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
}

/**
 * Removes from this disk what other machines remove, and what they removed before this process began: streams that
 * are deleted, and bodies that retention takes from the store. Ends when the signal is given. Throws the system's
 * error.
 */
export async function watchRemovals(deps: WatchRemovalsDeps): Promise<void> {
  const { eventBus, journals, uploads, streams, shipper, freeRemoved, log, signal } = deps
  /** Streams that wait to be looked through. */
  const due = new Set<string>()
  const inTurn = createSemaphore(freeConcurrency)
  for (const stream of await journals.streams()) freeLater(stream)
  while (!signal.aborted) {
    try {
      for await (const { event } of await eventBus.subscribe(null, signal)) {
        if (event.kind === 'stream-deleted') await forget(event.stream)
        if (event.kind === 'uploads-removed') freeLater(event.stream)
      }
    } catch (error) {
      log.warn({ error }, 'what other machines remove is not seen for a moment')
    }
    await sleep(resubscribeMs, signal)
  }

  /** Removals of one moment are looked at together. */
  function freeLater(stream: string): void {
    if (due.has(stream)) return
    due.add(stream)
    void sleep(freeAfterMs, signal).then(async () => {
      due.delete(stream)
      const isDone = signal.aborted || (await inTurn(() => freeRemoved(stream)).catch(() => false))
      if (!isDone) freeLater(stream)
    })
  }

  async function forget(stream: string): Promise<void> {
    streams.forget(stream)
    await shipper.forget(stream)
    if (!(await journals.has(stream))) return
    await journals.remove(stream)
    await uploads.removeStream(stream)
    await journals.removed(stream)
  }
}
