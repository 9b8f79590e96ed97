import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Stream } from '../../streams/stream.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { Order, Session } from '../../validation/state.ts'
import { type FoldResult, pathOfEvent } from '../fold.ts'
import type { InitSegment } from '../init-segments/init-segment.ts'
import type { StoredObject } from '../judged-upload.ts'
import type { Totals } from '../totals.ts'

/** More cameras than one process carries; a stream that is not cached is loaded for each of its uploads. */
const maxStreams = 1_024
/** Entries of each map of a stream between two commits. */
const maxEntries = 512
const strictLoadsAfterMiss = 16

/**
 * What this process knows of a stream as of a version, so that it need not load it again for the next lines. It holds
 * until another process commits, which this process notices when its own commit is turned away. Null stands for what
 * is known to be absent.
 */
export interface CachedStream {
  readonly version: string
  readonly stream: Stream | null
  readonly order: Order
  readonly totals: Totals
  readonly sessions: Map<string, Session | null>
  readonly objects: Map<string, StoredObject | null>
  readonly folders: Map<string, number>
  readonly inits: Map<string, readonly InitSegment[]>
  /** Places where nothing is assumed to stand; the next commit makes sure. */
  readonly assumedAbsent: Set<string>
  /** The number of loads left that may assume nothing. */
  strictLoadsLeft: number
}

/** The cached streams of this process. */
export interface StreamCache {
  /** Null when the stream is not cached as of that version. */
  get(stream: string, version: string): CachedStream | null
  put(stream: string, loaded: CachedStream): void
  /** Brings a cached stream to the version after a commit. */
  advance(stream: string, version: string, folded: FoldResult): void
  /** An assumption failed: the next loads of the stream assume nothing. */
  distrust(stream: string): void
  forget(stream: string): void
}

export function createStreamCache(): StreamCache {
  const streams = createLru<string, CachedStream>(maxStreams)
  return {
    get(stream, version) {
      const cached = streams.get(stream)
      return cached?.version === version ? cached : null
    },
    put: streams.set,
    advance(stream, version, folded) {
      const cached = streams.get(stream)
      if (cached) streams.set(stream, advanced(cached, version, folded))
    },
    distrust(stream) {
      const cached = streams.get(stream)
      if (cached) cached.strictLoadsLeft = strictLoadsAfterMiss
    },
    forget: streams.delete,
  }
}

/** Forgets the assumptions that no commit has made sure of. */
export function dropAssumptions({ assumedAbsent, objects, folders }: CachedStream): void {
  for (const place of assumedAbsent) {
    objects.delete(place)
    folders.delete(place)
  }
  assumedAbsent.clear()
}

/** The maps are changed in place, their newest entries last. */
function advanced(cached: CachedStream, version: string, folded: FoldResult): CachedStream {
  const { sessions, objects, folders, inits } = cached
  cached.assumedAbsent.clear()
  for (const [key, session] of Object.entries(folded.state.sessions)) setNewest(sessions, key, session)
  for (const path of folded.events.map(pathOfEvent)) {
    setNewest(objects, path, folded.objects.get(path) ?? null)
    if (inits.has(directoryOf(path))) inits.set(directoryOf(path), [])
  }
  for (const [folder, count] of folded.folders) setNewest(folders, folder, count)
  for (const [folder, found] of byFolder(folded.inits)) setNewest(inits, folder, found)
  for (const map of [sessions, objects, folders, inits]) dropOldest(map)
  const { stream, totals } = folded
  return { ...cached, version, stream, totals, order: folded.state.order }
}

function setNewest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}

/** Only after a commit: a load may need more entries than are kept. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= maxEntries) return
  for (const key of map.keys()) {
    if (map.size <= maxEntries) return
    map.delete(key)
  }
}

const byFolder = (inits: readonly InitSegment[]) => Map.groupBy(inits, ({ path }) => directoryOf(path))
