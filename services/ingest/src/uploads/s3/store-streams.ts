import { bodyOf, inTime, type ObjectStore } from './object-store.ts'
import { idInKey, removedKey, removedPrefix, streamKey, streamsPrefix } from './store-keys.ts'

/** All streams and removals are listed this often, and in between only newer streams: there may be very many. */
const allEveryMs = 60_000
/** How long a list waits for the store before it is what this process knows. */
const listWaitMs = 2_000
/** Ids around the newest one, which other machines may be taking at this moment. */
const maxOlder = 64
const maxNewer = 10_000
const none = Buffer.alloc(0)

/**
 * The streams of all machines. An id belongs to the process that creates the object of that name, and is never given
 * again. All methods but `isRemoved` and `forget` throw `Unavailable` while the store does not respond.
 */
export interface StoreStreams {
  /** Takes the next free id. */
  create(): Promise<string>
  /** Takes an id that a stream on this disk has already. Throws where another machine has taken it. */
  bring(stream: string): Promise<void>
  /**
   * Ids of all streams, ascending. While the store does not respond, those that this process knows, once they have been
   * listed.
   */
  list(): Promise<readonly string[]>
  has(stream: string): Promise<boolean>
  isRemoved(stream: string): boolean
  /** From here on the stream is gone. */
  remove(stream: string): Promise<void>
  /** Streams whose removal was begun and not ended. */
  beingRemoved(): Promise<readonly string[]>
  /** Ends a removal. */
  removed(stream: string): Promise<void>
  /** Another machine has removed the stream. */
  forget(stream: string): void
}

export function storeStreams(store: ObjectStore, nowMs: () => number): StoreStreams {
  const ids = new Set<number>()
  const gone = new Set<number>()
  let newest = 0
  /** The newest id of the last listing. */
  let listed = 0
  let allAtMs = Number.NEGATIVE_INFINITY
  /** Streams that are removed while something of them is still in the store. */
  const ending = new Set<number>()

  return {
    async create() {
      await refresh()
      for (;;) {
        const id = newest + 1
        newest = id
        if (!(await store.create(streamKey(String(id)), none))) continue
        // Another machine may have removed a stream of this id since it was listed.
        if (await store.has(removedKey(String(id)))) {
          await store.remove([streamKey(String(id))])
          continue
        }
        ids.add(id)
        return String(id)
      }
    },
    async bring(stream) {
      if (!(await store.create(streamKey(stream), none)))
        throw new Error(`STORE: another machine has made a stream ${stream} at this moment`)
      ids.add(Number(stream))
      newest = Math.max(newest, Number(stream))
    },
    async list() {
      await inTime(listWaitMs, refresh()).catch((error) => {
        if (allAtMs < 0) throw error
      })
      return [...ids].sort((a, b) => a - b).map(String)
    },
    async has(stream) {
      const id = Number(stream)
      if (ids.has(id)) return true
      if (gone.has(id) || id < newest - maxOlder || id > newest + maxNewer) return false
      if (!(await store.has(streamKey(stream))) || (await store.has(removedKey(stream)))) return false
      ids.add(id)
      return true
    },
    isRemoved: (stream) => gone.has(Number(stream)),
    async remove(stream) {
      await store.put(removedKey(stream), bodyOf(none))
      forget(stream)
      ending.add(Number(stream))
    },
    async beingRemoved() {
      await listAll()
      return [...ending].map(String)
    },
    async removed(stream) {
      await store.remove([streamKey(stream)])
      ending.delete(Number(stream))
    },
    forget,
  }

  function forget(stream: string): void {
    ids.delete(Number(stream))
    gone.add(Number(stream))
  }

  function refresh(): Promise<void> {
    return nowMs() - allAtMs < allEveryMs ? listFrom(Math.max(0, listed - maxOlder)) : listAll()
  }

  async function listAll(): Promise<void> {
    const now = nowMs()
    for await (const { key } of store.list(removedPrefix)) {
      const id = idInKey(key)
      if (id === null) continue
      newest = Math.max(newest, id)
      forget(String(id))
    }
    await listFrom(0)
    allAtMs = now
  }

  async function listFrom(after: number): Promise<void> {
    for await (const { key } of store.list(streamsPrefix, streamKey(String(after)))) {
      const id = idInKey(key)
      if (id === null) continue
      listed = Math.max(listed, id)
      newest = Math.max(newest, id)
      if (gone.has(id)) ending.add(id)
      else ids.add(id)
    }
  }
}
