import { groupBodies, isPackable } from '@pushav/shared/uploads/pack-key.ts'
import type { StoreBodies, StoreBody } from './store-bodies.ts'

/** Bodies that requests wait for. */
export interface BodyGatherer {
  /** Small bodies of a stream that come while others are on their way go together. Throws `Unavailable`. */
  put(stream: string, body: StoreBody): Promise<void>
  /** Removes a body that no journal line will name; those of one moment together. */
  discard(stream: string, upload: string): void
}

interface WaitingBody extends StoreBody {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function gatherBodies(storedBodies: Pick<StoreBodies, 'put' | 'remove'>): BodyGatherer {
  /** By stream: bodies that wait while others of it are on their way; empty where none wait. */
  const waiting = new Map<string, WaitingBody[]>()
  const discarded = new Map<string, string[]>()
  return {
    put(stream, body) {
      if (!isPackable(body)) return storedBodies.put(stream, [body])
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const next = { ...body, resolve, reject }
      const others = waiting.get(stream)
      if (others) others.push(next)
      else {
        waiting.set(stream, [next])
        void putWaiting(stream)
      }
      return promise
    },
    discard(stream, upload) {
      const others = discarded.get(stream)
      if (others) return void others.push(upload)
      discarded.set(stream, [upload])
      setImmediate(removeDiscarded, stream)
    },
  }

  async function putWaiting(stream: string): Promise<void> {
    for (;;) {
      const bodies = waiting.get(stream) ?? []
      if (bodies.length === 0) break
      waiting.set(stream, [])
      await Promise.all(groupBodies(bodies).map((group) => putGroup(stream, group)))
    }
    waiting.delete(stream)
  }

  async function putGroup(stream: string, group: readonly WaitingBody[]): Promise<void> {
    try {
      await storedBodies.put(stream, group)
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  function removeDiscarded(stream: string): void {
    const uploads = discarded.get(stream) ?? []
    discarded.delete(stream)
    // Bodies that stay are named by no line; deleting the stream removes them.
    void storedBodies.remove(stream, uploads).catch(() => undefined)
  }
}
