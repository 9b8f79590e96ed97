import { createHash } from 'node:crypto'
import { RecordChanged } from '../../ports.ts'
import { type ObjectStore, storeUnavailable } from '../object-store.ts'

/** An object store in this process's memory, with the faults that real ones have. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>
  /** Keys in the order in which they were written. */
  readonly written: string[]
  /** The next write is done, and its response is lost. */
  loseNextResponse(): void
  /** Every request fails until it is called again. */
  setAway(isAway: boolean): void
  /** Keys of objects that were begun, and neither completed nor aborted. */
  readonly begun: Set<string>
  /** A key that listings leave out. */
  hidden: string | null
}

export function memoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>()
  const written: string[] = []
  const begun = new Set<string>()
  /** Of what was written, so that a change of `objects` is noticed. */
  const digests = new Map<string, string>()
  let isAway = false
  let losesResponse = false
  const store: MemoryStore = {
    objects,
    written,
    begun,
    hidden: null,
    loseNextResponse() {
      losesResponse = true
    },
    setAway(next) {
      isAway = next
    },
    async put(key, { bytes }) {
      assertThere()
      const parts: Uint8Array[] = []
      for await (const some of bytes) parts.push(some)
      write(key, Buffer.concat(parts))
    },
    async begin(key) {
      assertThere()
      begun.add(key)
      const parts: Buffer[] = []
      return {
        async add(part) {
          const bytes = Buffer.concat(await Array.fromAsync(part))
          assertThere()
          parts.push(bytes)
        },
        async complete() {
          assertThere()
          begun.delete(key)
          write(key, Buffer.concat(parts))
        },
        async abort() {
          begun.delete(key)
        },
      }
    },
    async abortBegun(prefix) {
      const some = [...begun].filter((key) => key.startsWith(prefix))
      for (const key of some) begun.delete(key)
      return some.length
    },
    async create(key, bytes) {
      assertThere()
      if (objects.has(key)) return false
      write(key, Buffer.from(bytes))
      return true
    },
    async has(key) {
      assertThere()
      return objects.has(key)
    },
    async get(key) {
      assertThere()
      const found = objects.get(key)
      return found ? { size: found.length, bytes: verified(key, found) } : null
    },
    async describe(key) {
      assertThere()
      const found = objects.get(key)
      if (!found) return null
      const sha256 = digestOf(found)
      return { size: found.length, sha256, modifiedAt: new Date(0), etag: sha256 }
    },
    async *getRange(key, facts, { from, to }) {
      assertThere()
      const found = objects.get(key)
      if (!found || digestOf(found) !== facts.etag) throw new RecordChanged(`${key} was changed`)
      yield found.subarray(from, to)
    },
    async *list(prefix, after = '') {
      assertThere()
      for (const key of [...objects.keys()].sort())
        if (key.startsWith(prefix) && key > after && key !== store.hidden)
          yield { key, size: objects.get(key)?.length ?? 0 }
    },
    async remove(keys) {
      assertThere()
      for (const key of keys) objects.delete(key)
    },
    async removeAll(prefix) {
      assertThere()
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) objects.delete(key)
    },
  }
  return store

  function assertThere(): void {
    if (isAway) throw storeUnavailable(new Error('away'))
  }

  async function* verified(key: string, bytes: Buffer): AsyncIterable<Buffer> {
    if ((digests.get(key) ?? digestOf(bytes)) !== digestOf(bytes))
      throw new RecordChanged(`${key} has other bytes than were put`)
    yield bytes
  }

  function write(key: string, bytes: Buffer): void {
    objects.set(key, bytes)
    digests.set(key, digestOf(bytes))
    written.push(key)
    if (!losesResponse) return
    losesResponse = false
    throw storeUnavailable(new Error('connection lost'))
  }
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
