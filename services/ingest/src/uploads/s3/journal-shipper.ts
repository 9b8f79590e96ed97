import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { groupBodies } from '@pushav/shared/uploads/pack-key.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import { linesIn } from '../journal-entry.ts'
import { JournalCutShort, type LocalJournals, type LocalUploads, RecordChanged } from '../ports.ts'
import type { Upload } from '../upload.ts'
import type { StoreBodies } from './bodies/store-bodies.ts'
import { type ObjectStore, readObject } from './object-store.ts'
import { segmentKey } from './store-keys.ts'
import type { StoreSegments } from './store-segments.ts'

/** Objects with bodies of a stream that are put at a time. */
const bodyConcurrency = 4
/** Journals whose length in the store is in memory; for others the store is asked. */
const maxEnds = 16_384

export interface JournalShipperDeps {
  readonly journals: Pick<LocalJournals, 'own' | 'readBytes'>
  readonly uploads: Pick<LocalUploads, 'read'>
  readonly store: Pick<ObjectStore, 'create' | 'get'>
  readonly storedBodies: Pick<StoreBodies, 'put'>
  readonly segments: Pick<StoreSegments, 'endOf'>
  readonly log: Logger
}

interface JournalShipper {
  /** Ships what the store does not have of a journal. Throws `Unavailable`, `RecordChanged` and the system's errors. */
  ship(stream: string, journal: string): Promise<void>
  /** See `Shipper.begin`. */
  begin(stream: string): void
  /** See `Shipper.stored`. */
  stored(upload: string): void
}

/** Ships journals one piece of lines at a time: its bodies, then the lines. */
export function journalShipperWith(
  deps: JournalShipperDeps,
  isRemoved: (stream: string) => boolean,
): JournalShipper {
  const { journals, uploads, store, storedBodies, segments, log } = deps
  /** By stream and journal: its length in the store, in bytes. */
  const ends = createLru<string, number>(maxEnds)
  /** Uploads whose bodies are in the store and whose lines are not. */
  const stored = new Set<string>()
  /** By stream and journal: those of this process that were changed by hand. */
  const cutShort = new Set<string>()
  return {
    ship,
    begin: (stream) => void ends.set(`${stream}/${journals.own}`, 0),
    stored: (upload) => void stored.add(upload),
  }

  async function ship(stream: string, journal: string): Promise<void> {
    const name = `${stream}/${journal}`
    let end = ends.get(name) ?? (await segments.endOf(stream, journal))
    for (;;) {
      const bytes = await linesFrom(stream, journal, end)
      if (bytes.length === 0) break
      const lines = linesIn(bytes, end, log).map(({ entry }) => entry)
      const bodies = lines.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload] : []))
      await shipBodies(stream, bodies)
      if (isRemoved(stream)) return
      const key = segmentKey(stream, journal, end)
      const isNew = await store.create(key, bytes)
      end += isNew ? bytes.length : await lengthOf(key, bytes)
      ends.set(name, end)
      for (const { id } of bodies) stored.delete(id)
    }
    ends.set(name, end)
  }

  /**
   * Lines from a byte on. A journal of an earlier process that ends before it has lost lines, which are in the store. The
   * own one ends before it only where it was changed by hand: then its offsets mean other lines in the store, and
   * `RecordChanged` is thrown from then on.
   */
  async function linesFrom(stream: string, journal: string, end: number): Promise<Buffer> {
    const name = `${stream}/${journal}`
    try {
      if (!cutShort.has(name)) return await journals.readBytes(stream, journal, end)
    } catch (error) {
      if (!(error instanceof JournalCutShort)) throw error
      if (journal !== journals.own) return Buffer.alloc(0)
      cutShort.add(name)
    }
    throw new RecordChanged(
      `journals/${name} was changed by hand: the store has more of it than this disk had`,
    )
  }

  /** Bodies that are no longer on this disk were removed, or are in the store already. */
  async function shipBodies(stream: string, all: readonly Upload[]): Promise<void> {
    const missing = all.filter(({ id }) => !stored.has(id))
    const bodies = missing.map(({ id: upload, bytes, sha256 }) => ({
      upload,
      bytes,
      sha256,
      read: () => uploads.read(stream, upload),
    }))
    await forEachLimit(groupBodies(bodies), bodyConcurrency, async (group) => {
      await storedBodies.put(stream, group)
      for (const { upload } of group) stored.add(upload)
    })
  }

  /** The number of bytes of these lines that an earlier attempt has stored, whose response was lost. */
  async function lengthOf(key: string, bytes: Buffer): Promise<number> {
    const found = await readObject(store, key)
    if (found?.length && found.equals(bytes.subarray(0, found.length))) return found.length
    throw new RecordChanged(`${key} in the store holds other lines than this disk`)
  }
}
