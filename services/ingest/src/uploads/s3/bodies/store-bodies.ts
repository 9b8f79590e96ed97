import { hash } from 'node:crypto'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import {
  beforePacksWith,
  isPackable,
  lowestIdOf,
  type Pack,
  packIn,
  packOf,
  packsPrefix,
  placesIn,
} from '@pushav/shared/uploads/pack-key.ts'
import { timeOfId } from '@pushav/shared/uploads/time-of-id.ts'
import { type Extent, RecordChanged, type RemoteBody, UploadGone } from '../../ports.ts'
import { bodyOf, type ObjectParts, type ObjectStore, readObject, type StoredObject } from '../object-store.ts'
import { bodiesPrefix, bodyKey, digestKey, digestsPrefix } from '../store-keys.ts'
import { type Place, packDirectory } from './pack-directory.ts'

/**
 * Packs whose bytes are in memory, up to 256 KiB each: a rebuild reads one body after the other of many streams at a
 * time.
 */
const maxPacks = 128
/** Two machines may remove from one pack at the same time. */
const maxRounds = 3
/** The latest date there is: `abortBegun` takes all that began before it. */
const endOfTime = new Date(8.64e15)

/** The bytes of an upload, on their way to the store. */
export interface StoreBody {
  readonly upload: string
  /** Size and digest of the bytes as they were received. */
  readonly bytes: number
  readonly sha256: string
  readonly read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/**
 * Bodies in the store: an object for each, or for several small ones of a stream together, a pack. All methods throw
 * `Unavailable` while the store does not respond.
 */
export interface StoreBodies {
  /** Puts the bodies of one group (`groupBodies`) into the store, but those whose `read` throws `UploadGone`. */
  put(stream: string, group: readonly StoreBody[]): Promise<void>
  /** Begins a large body while it arrives; `putDigest` has to come before it is completed. */
  begin(stream: string, upload: string): Promise<ObjectParts>
  putDigest(stream: string, upload: string, sha256: string): Promise<void>
  /** Aborts a body that a process began before it died. */
  abortBegun(stream: string, upload: string): Promise<void>
  /** Opens a body; null where there is none. Its bytes throw `RecordChanged` where they are not those that were put. */
  open(stream: string, upload: string): Promise<StoredObject | null>
  /** Size and time of a body, and a way to read pieces of it; null where there is none. */
  describe(stream: string, upload: string): Promise<RemoteBody | null>
  /** Uploads whose bodies are in the store. */
  uploads(stream: string): Promise<ReadonlySet<string>>
  /**
   * Removes bodies. A pack goes with its last one; else the others are put into a new pack first. A pack whose bytes
   * are not what was put there goes only with all of its bodies at once, because they cannot be told apart.
   */
  remove(stream: string, uploads: readonly string[]): Promise<void>
  removeStream(stream: string): Promise<void>
}

export function storeBodies(store: ObjectStore, log: Pick<Logger, 'error'>): StoreBodies {
  const places = packDirectory(packsOf)
  const contents = createLru<string, Promise<Buffer | null>>(maxPacks)
  return {
    async put(stream, group) {
      const members: PackedBody[] = []
      for (const body of group) {
        const content = group.length > 1 ? await contentIfIntact(body) : null
        if (content) members.push({ upload: body.upload, bytes: content.length, content })
        else await putAlone(stream, body)
      }
      await putPack(stream, members)
    },
    begin: (stream, upload) => store.begin(bodyKey(stream, upload), digestKey(stream, upload)),
    putDigest: (stream, upload, sha256) => store.put(digestKey(stream, upload), bodyOf(Buffer.from(sha256))),
    abortBegun: async (stream, upload) => void (await store.abortBegun(bodyKey(stream, upload), endOfTime)),
    open,
    async describe(stream, upload) {
      const key = bodyKey(stream, upload)
      const facts = await store.describe(key)
      if (facts) {
        const read = (extent: Extent) => store.getRange(key, facts, extent)
        return { kind: 'remote', bytes: facts.size, modifiedAt: facts.modifiedAt, read }
      }
      const packed = await open(stream, upload)
      if (!packed) return null
      const bytes = Buffer.concat(await Array.fromAsync(packed.bytes))
      const read = ({ from, to }: Extent) => once(bytes.subarray(from, to))
      return { kind: 'remote', bytes: bytes.length, modifiedAt: new Date(timeOfId(upload)), read }
    },
    async uploads(stream) {
      const found = new Set<string>()
      const prefix = bodiesPrefix(stream)
      for await (const { key } of store.list(prefix)) found.add(key.slice(prefix.length))
      for await (const { members } of packsOf(stream)) for (const { upload } of members) found.add(upload)
      return found
    },
    async remove(stream, uploads) {
      const ids = new Set(uploads)
      for (let round = 0; round < maxRounds; round++) if (!(await removeFromPacks(stream, ids))) break
      const digests = await digestsOf(stream, ids)
      await store.remove([...uploads.map((upload) => bodyKey(stream, upload)), ...digests])
    },
    async removeStream(stream) {
      await store.removeAll(bodiesPrefix(stream))
      await store.removeAll(packsPrefix(stream))
      await store.removeAll(digestsPrefix(stream))
    },
  }

  async function open(stream: string, upload: string): Promise<StoredObject | null> {
    return (
      (await openPacked(stream, places.known(stream, upload))) ??
      (await store.get(bodyKey(stream, upload))) ??
      (isId(upload) ? openPacked(stream, await places.find(stream, upload)) : null)
    )
  }

  async function putAlone(stream: string, { upload, bytes: size, sha256, read }: StoreBody): Promise<void> {
    try {
      await store.put(bodyKey(stream, upload), { bytes: read(), size, sha256 })
    } catch (error) {
      if (!(error instanceof UploadGone)) throw error
    }
  }

  /**
   * The bytes of a body for a pack; null where they are gone or the disk has damaged them. A damaged body is put
   * alone, under the digest of what was received, so that its reader learns of the damage.
   */
  async function contentIfIntact({ bytes, sha256, read }: StoreBody): Promise<Buffer | null> {
    try {
      const content = Buffer.concat(await Array.fromAsync(read()))
      return content.length === bytes && hash('sha256', content) === sha256 ? content : null
    } catch (error) {
      if (error instanceof UploadGone) return null
      throw error
    }
  }

  async function putPack(stream: string, members: readonly PackedBody[]): Promise<void> {
    if (members.length === 0) return
    const { key } = packOf(stream, members)
    await store.put(key, bodyOf(Buffer.concat(members.map(({ content }) => content))))
  }

  async function openPacked(stream: string, place: Place | null): Promise<StoredObject | null> {
    if (!place) return null
    const content = await contentOf(place.pack)
    if (!content) {
      // The pack was written anew without some of its bodies.
      places.forget(stream)
      return null
    }
    const bytes = content.subarray(place.offset, place.offset + place.bytes)
    return { size: bytes.length, bytes: once(bytes) }
  }

  /** All bytes of a pack; callers of one moment share the request. */
  function contentOf(key: string): Promise<Buffer | null> {
    const known = contents.get(key)
    if (known) return known
    const pending = readObject(store, key)
    contents.set(key, pending)
    pending.then(
      (found) => found ?? contents.delete(key),
      () => contents.delete(key),
    )
    return pending
  }

  /** Keys of the digests that some uploads have: few do, so those that exist are listed. */
  async function digestsOf(stream: string, ids: ReadonlySet<string>): Promise<readonly string[]> {
    const prefix = digestsPrefix(stream)
    const found: string[] = []
    for await (const { key } of store.list(prefix)) if (ids.has(key.slice(prefix.length))) found.push(key)
    return found
  }

  async function* packsOf(stream: string, from?: string): AsyncGenerator<Pack> {
    const after = from === undefined ? undefined : beforePacksWith(stream, from)
    for await (const { key } of store.list(packsPrefix(stream), after)) {
      const pack = packIn(stream, key)
      if (pack) yield pack
    }
  }

  /** Removes uploads from packs, and returns whether a pack was removed. */
  async function removeFromPacks(stream: string, ids: ReadonlySet<string>): Promise<boolean> {
    const sorted = [...ids].filter(isId).sort()
    const [first, last] = [sorted[0], sorted.at(-1)]
    if (first === undefined || last === undefined) return false
    const found: Pack[] = []
    for await (const pack of packsOf(stream, first)) {
      if (lowestIdOf(pack) > last) break
      if (pack.members.some(({ upload }) => ids.has(upload))) found.push(pack)
    }
    const emptied: string[] = []
    for (const pack of found) if (await putRest(stream, pack, ids)) emptied.push(pack.key)
    for (const key of emptied) contents.delete(key)
    await store.remove(emptied)
    places.forget(stream)
    return emptied.length > 0
  }

  /** Puts what stays of a pack into a new one before the pack goes; false where the pack has to stay. */
  async function putRest(stream: string, pack: Pack, ids: ReadonlySet<string>): Promise<boolean> {
    const rest = placesIn(pack).filter(({ upload }) => !ids.has(upload))
    try {
      const content = rest.length > 0 ? await contentOf(pack.key) : null
      // The content is null where nothing stays of the pack, or where another machine has removed it.
      if (content) await putPack(stream, membersOf(content, rest))
      return true
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error
      log.error({ error, stream }, 'bodies stay in the store in a pack that is not what was put there')
      return false
    }
  }
}

const membersOf = (content: Buffer, places: ReturnType<typeof placesIn>): readonly PackedBody[] =>
  places.map(({ upload, offset, bytes }) => ({
    upload,
    bytes,
    content: content.subarray(offset, offset + bytes),
  }))

interface PackedBody {
  readonly upload: string
  readonly bytes: number
  readonly content: Buffer
}

const isId = (upload: string): boolean => isPackable({ upload, bytes: 1 })

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
