import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { createSemaphore } from '../../lib/semaphore.ts'
import { linesIn } from '../journal-entry.ts'
import { type JournalLines, RecordChanged } from '../ports.ts'
import { type ObjectStore, readObject } from './object-store.ts'
import { journalsPrefix, segmentInKey, segmentKey } from './store-keys.ts'

/** Streams whose lists of segments are in memory. */
const maxStreams = 256
/** One read takes so many segments, or so many bytes. */
const maxTogether = 128
const readBytes = 262_144
/** Reads at a time, and requests of all of them. Further reads wait, so that the first ones end soon. */
const maxReads = 4
const maxRequests = 32

interface Segment {
  readonly offset: number
  readonly size: number
}

/**
 * The journals in the store. A journal is a row of segments, immutable objects that are named by the byte offset at
 * which they begin. All methods throw `Unavailable` while the store does not respond.
 */
export interface StoreSegments {
  /** Names of the stream's journals, listed anew; what was listed is what `read` reads. */
  of(stream: string): Promise<readonly string[]>
  /** Lines from a byte offset on; none where the journal ends before it: its machine has not shipped them yet. */
  read(stream: string, journal: string, from: number): Promise<JournalLines>
  /** Where a journal ends, listed anew; 0 where there is none. */
  endOf(stream: string, journal: string): Promise<number>
}

export function storeSegments(store: ObjectStore, log: Pick<Logger, 'warn'>): StoreSegments {
  const lists = createLru<string, ReadonlyMap<string, readonly Segment[]>>(maxStreams)
  const inTurn = createSemaphore(maxReads)
  const asRequest = createSemaphore(maxRequests)
  return {
    of: async (stream) => [...(await list(stream)).keys()],
    async endOf(stream, journal) {
      const last = (await list(stream)).get(journal)?.at(-1)
      return last ? endOfSegment(last) : 0
    },
    async read(stream, journal, from) {
      const segments = (lists.get(stream) ?? (await list(stream))).get(journal) ?? []
      const first = segments.findIndex((segment) => endOfSegment(segment) > from)
      const [begin] = segments.slice(first)
      if (first < 0 || !begin) return { lines: [], next: from, isEnd: true }
      const some = together(segments, first)
      const bytes = await inTurn(() =>
        Promise.all(
          some.map(({ offset }) => asRequest(() => contentOf(segmentKey(stream, journal, offset)))),
        ),
      )
      const text = Buffer.concat(bytes).subarray(from - begin.offset)
      const isEnd = first + some.length === segments.length
      return { lines: linesIn(text, from, log), next: from + text.length, isEnd }
    },
  }

  async function list(stream: string): Promise<ReadonlyMap<string, readonly Segment[]>> {
    const found = new Map<string, Segment[]>()
    for await (const { key, size } of store.list(journalsPrefix(stream))) {
      const named = segmentInKey(key)
      if (!named) continue
      const segments = found.get(named.journal) ?? []
      found.set(named.journal, segments)
      segments.push({ offset: named.offset, size })
    }
    const whole = new Map(
      [...found].map(([journal, segments]) => [journal, beforeGap(stream, journal, segments)]),
    )
    lists.set(stream, whole)
    return whole
  }

  /** A store may list a new object late: what follows it is read when it shows. */
  function beforeGap(stream: string, journal: string, segments: readonly Segment[]): readonly Segment[] {
    let end = 0
    const gap = segments.findIndex((segment) => {
      const isApart = segment.offset !== end
      end = endOfSegment(segment)
      return isApart
    })
    if (gap < 0) return segments
    log.warn(
      { stream, journal, offset: segments[gap]?.offset },
      'a journal in the store has a gap before this offset',
    )
    return segments.slice(0, gap)
  }

  async function contentOf(key: string): Promise<Buffer> {
    const bytes = await readObject(store, key)
    if (!bytes) throw new RecordChanged(`${key} in the store is gone`)
    return bytes
  }
}

const endOfSegment = ({ offset, size }: Segment): number => offset + size

/** Segments from one on that are read together. */
function together(segments: readonly Segment[], first: number): readonly Segment[] {
  let last = first
  let bytes = 0
  while (last < segments.length && last - first < maxTogether && bytes < readBytes) {
    bytes += segments[last]?.size ?? 0
    last++
  }
  return segments.slice(first, last)
}
