import { createHash } from 'node:crypto'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import { orUnavailableWith, Unavailable } from '../../lib/unavailable.ts'
import { type Extent, RecordChanged } from '../ports.ts'

/**
 * Objects by key, below the prefix of this server. All methods throw `Unavailable` while the store does not respond or
 * refuses.
 */
export interface ObjectStore {
  /** Writes an object in place of what has its key; a large one a part at a time, so that little of it is in memory. */
  put(key: string, body: ObjectBody): Promise<void>
  /** Writes an object unless there is one with its key, in one step of the store; false where there is. */
  create(key: string, bytes: Uint8Array): Promise<boolean>
  has(key: string): Promise<boolean>
  /** Null where there is no such object. */
  get(key: string): Promise<StoredObject | null>
  /** The facts of an object, without its bytes; null where there is none. Throws `RecordChanged` for one that this server did not put. */
  describe(key: string): Promise<ObjectFacts | null>
  /**
   * Bytes `from` up to, not with, `to` of an object that was described. Iterating throws `RecordChanged` where the object is
   * another one by now or is gone, and, for all of its bytes, where their digest is another one.
   */
  getRange(key: string, facts: ObjectFacts, extent: Extent): AsyncIterable<Buffer>
  /** Objects whose keys begin with the prefix, in the order of their keys, those after a key only. */
  list(prefix: string, after?: string): AsyncIterable<ListedObject>
  /**
   * Begins an object whose bytes come over time: there is none under the key before it is completed. By then the object
   * `digestKey` has to hold its digest, lower-case hex.
   */
  begin(key: string, digestKey: string): Promise<ObjectParts>
  /** Aborts what was begun under keys with a prefix, before a time, and not completed. Returns how many. */
  abortBegun(prefix: string, before: Date): Promise<number>
  /** Removes objects; those that are gone already are passed over. */
  remove(keys: readonly string[]): Promise<void>
  removeAll(prefix: string): Promise<void>
}

/** A body to put. */
export interface ObjectBody {
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** The number of bytes. */
  readonly size: number
  /** The digest of all bytes, lower-case hex. */
  readonly sha256: string
}

/** The size of a part of an object that comes over time; 10 000 parts, which is S3's limit, are 80 GiB. */
export const partBytes = 8_388_608

/** An object on its way. One call at a time; the bytes of a part are asked for when it is its turn among all objects. */
export interface ObjectParts {
  /** Adds a part; all but the last have `partBytes`. */
  add(part: AsyncIterable<Uint8Array>): Promise<void>
  complete(): Promise<void>
  /** Has the store drop all parts. */
  abort(): Promise<void>
}

/** A body that is in memory. */
export const bodyOf = (bytes: Uint8Array): ObjectBody => ({
  bytes: [bytes],
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

/** What the store says of an object without its bytes. */
export interface ObjectFacts {
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly modifiedAt: Date
  /** The store's name for this version of its content. */
  readonly etag: string
}

/** An object that was opened for reading. */
export interface StoredObject {
  readonly size: number
  /** To be iterated once, which throws `RecordChanged` at the end where these are not the bytes that were put. */
  readonly bytes: AsyncIterable<Buffer>
}

interface ListedObject {
  readonly key: string
  readonly size: number
}

const dependency = 'the store'

/** Awaits a command to the store, and throws `Unavailable` for any error of it. */
export const orStoreUnavailable = orUnavailableWith(dependency)

/** The error to throw where the store does not respond, or refuses. */
export const storeUnavailable = (cause: unknown): Unavailable => new Unavailable(dependency, cause)

export const isStoreUnavailable = (error: unknown): error is Unavailable =>
  error instanceof Unavailable && error.dependency === dependency

/** What the store has responded; throws `Unavailable` once `timeoutMs` have passed before it did, and `RecordChanged`. */
export async function inTime<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  try {
    return await withTimeout(timeoutMs, work)
  } catch (error) {
    const isKnown = error instanceof Unavailable || error instanceof RecordChanged
    throw isKnown ? error : storeUnavailable(error)
  }
}

/** All bytes of an object; null where there is none. Throws what `ObjectStore.get` and its bytes throw. */
export async function readObject(store: Pick<ObjectStore, 'get'>, key: string): Promise<Buffer | null> {
  const found = await store.get(key)
  return found && Buffer.concat(await Array.fromAsync(found.bytes))
}
