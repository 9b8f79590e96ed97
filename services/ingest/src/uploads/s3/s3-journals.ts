import { isStreamId } from '@pushav/shared/paths.ts'
import { JournalCutShort, type JournalLines, type Journals, type LocalJournals } from '../ports.ts'
import type { JournalEntry } from '../upload.ts'
import { inTime, type ObjectStore } from './object-store.ts'
import type { Shipper } from './shipper.ts'
import { journalsPrefix } from './store-keys.ts'
import type { StoreSegments } from './store-segments.ts'
import type { StoreStreams } from './store-streams.ts'

export interface S3JournalsDeps {
  readonly local: LocalJournals
  readonly store: Pick<ObjectStore, 'removeAll'>
  readonly streams: StoreStreams
  readonly segments: StoreSegments
  readonly shipper: Pick<Shipper, 'begin' | 'touch' | 'flush' | 'forget'>
  /** Whether what is appended has to be in the store before the promise resolves. */
  readonly waits: boolean
  readonly maxWaitMs: number
}

/** Journals of all machines: those on this disk are read there, the others in the store. */
export function s3Journals(deps: S3JournalsDeps): Journals {
  const { local, store, streams, segments, shipper, waits, maxWaitMs } = deps
  return {
    own: local.own,
    isComplete: false,
    async create() {
      for (;;) {
        const stream = await inTime(maxWaitMs, streams.create())
        shipper.begin(stream)
        if (await local.adopt(stream)) return stream
        // A stream of this id was deleted here before there was a store.
        await streams.remove(stream)
        await streams.removed(stream)
      }
    },
    streams: () => streams.list(),
    has,
    async remove(stream) {
      await inTime(maxWaitMs, streams.remove(stream))
      await shipper.forget(stream)
      await local.remove(stream)
    },
    async beingRemoved() {
      const ending = await streams.beingRemoved()
      // Another machine removed them while this one was not there.
      for (const stream of await local.streams()) if (streams.isRemoved(stream)) await local.remove(stream)
      return [...new Set([...(await local.beingRemoved()), ...ending])]
    },
    async removed(stream) {
      await store.removeAll(journalsPrefix(stream))
      if ((await local.beingRemoved()).includes(stream)) await local.removed(stream)
      await streams.removed(stream)
    },
    async of(stream) {
      return [...new Set([...(await local.of(stream)), ...(await segments.of(stream))])]
    },
    read,
    append,
  }

  /** The file of another journal than the own one may have lost its end, which the store has then. */
  async function read(stream: string, journal: string, from: number): Promise<JournalLines> {
    if (journal === local.own) return local.read(stream, journal, from)
    if (!(await local.of(stream)).includes(journal)) return segments.read(stream, journal, from)
    const here = await local.read(stream, journal, from).catch(async (error) => {
      if (!(error instanceof JournalCutShort) || (await segments.endOf(stream, journal)) < from) throw error
      return { lines: [], next: from, isEnd: true }
    })
    if (here.lines.length > 0) return { ...here, isEnd: false }
    const rest = await segments.read(stream, journal, from)
    return rest.next > here.next ? rest : here
  }

  /** Makes the folders of a stream that another machine has made. */
  async function has(stream: string): Promise<boolean> {
    if (await local.has(stream)) return !streams.isRemoved(stream)
    return isStreamId(stream) && (await inTime(maxWaitMs, streams.has(stream))) && (await local.adopt(stream))
  }

  async function append(stream: string, entry: JournalEntry): Promise<void> {
    // This machine may have received nothing of the stream before.
    await has(stream)
    await local.append(stream, entry)
    if (waits) await shipper.flush(stream)
    else shipper.touch(stream)
  }
}
