import type { DeviceSums } from '../devices/sum-devices.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { IndexAdmin } from '../indexing/ports.ts'
import type { Journals, ObjectLinks, UploadStore } from '../uploads/ports.ts'
import { assertStream } from './assert-stream.ts'

/**
 * Removes streams. All methods throw the system's errors, and `Unavailable` while Redis does not respond; then
 * `finishRemovals` has to finish what was begun.
 */
export interface StreamRemovals {
  /** Removes a stream with all its uploads; no other gets its id. Throws the refusal `stream-unknown`. */
  remove(id: string): Promise<void>
  /** Finishes removals that a crash cut off. */
  finishRemovals(): Promise<void>
}

export interface StreamRemovalsDeps {
  readonly journals: Pick<Journals, 'has' | 'remove' | 'removed' | 'beingRemoved'>
  readonly store: Pick<UploadStore, 'removeStream'>
  readonly links: Pick<ObjectLinks, 'removeStream'>
  readonly index: Pick<IndexAdmin, 'forget'>
  /** Called once nothing of a stream is left. */
  readonly onRemoved: (stream: string) => void
  readonly deviceSums: Pick<DeviceSums, 'forget'>
  readonly eventBus: Pick<EventBus, 'publish'>
  readonly now: () => Date
}

/** Once its journals are removed, a stream is unknown. The removal of what is derived from them may run twice. */
export function removeStreamsWith(deps: StreamRemovalsDeps): StreamRemovals {
  const { journals, store, links, index, onRemoved, deviceSums, eventBus, now } = deps
  return {
    async remove(id) {
      await assertStream(journals, id)
      await journals.remove(id)
      eventBus.publish({ kind: 'stream-deleted', stream: id, at: now().toISOString() })
      await finishRemoval(id)
    },
    async finishRemovals() {
      for (const id of await journals.beingRemoved()) await finishRemoval(id)
    },
  }

  async function finishRemoval(id: string): Promise<void> {
    await links.removeStream(id)
    await store.removeStream(id)
    await deviceSums.forget(id)
    await index.forget(id)
    await journals.removed(id)
    onRemoved(id)
  }
}
