import type { Stream } from '../../streams/stream.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { Order, Session } from '../../validation/state.ts'
import type { FoldResult, ObjectEvent } from '../fold.ts'
import type { InitSegment } from '../init-segment.ts'

const maxStreams = 256
const maxPaths = 512
const loadsInDoubt = 16

/**
 * What this process knows of a stream as of a version, so that the next lines need not ask for it again. It holds
 * for as long as nobody else commits, and who commits finds out; null stands for what is known not to be there.
 */
export interface CachedStream {
  readonly version: string
  readonly stream: Stream | null
  readonly order: Order
  readonly sessions: Map<string, Session | null>
  readonly digests: Map<string, string | null>
  readonly folders: Map<string, number>
  readonly inits: Map<string, readonly InitSegment[]>
  /** Places of which it is only presumed that nothing stands there, until a commit has made sure. */
  readonly assumedAbsent: Set<string>
  /** How many times more nothing may be presumed. */
  strictLoadsLeft: number
}

export interface StreamCache {
  /** Null when there is nothing of that version. */
  get(stream: string, version: string): CachedStream | null
  put(stream: string, remembered: CachedStream): void
  /** The stream has come to the next version. */
  advance(stream: string, version: string, folded: FoldResult): void
  /** Something stood where nothing was presumed to. */
  distrust(stream: string): void
  forget(stream: string): void
}

export function createStreamCache(): StreamCache {
  const streams = new Map<string, CachedStream>()
  return {
    get(stream, version) {
      const remembered = streams.get(stream)
      return remembered?.version === version ? remembered : null
    },
    put,
    advance(stream, version, folded) {
      const before = streams.get(stream)
      if (before) put(stream, { ...after(before, folded), version })
    },
    distrust(stream) {
      const remembered = streams.get(stream)
      if (remembered) remembered.strictLoadsLeft = loadsInDoubt
    },
    forget: (stream) => void streams.delete(stream),
  }

  function put(stream: string, remembered: CachedStream): void {
    streams.delete(stream)
    streams.set(stream, remembered)
    const [oldest] = streams.keys()
    if (streams.size > maxStreams && oldest !== undefined) streams.delete(oldest)
  }
}

/** What was presumed and not made sure of is no more known. */
export function dropAssumptions({ assumedAbsent, digests, folders }: CachedStream): void {
  for (const place of assumedAbsent) {
    digests.delete(place)
    folders.delete(place)
  }
  assumedAbsent.clear()
}

function after(before: CachedStream, folded: FoldResult): Omit<CachedStream, 'version'> {
  const { sessions, digests, folders, inits, assumedAbsent, strictLoadsLeft } = before
  assumedAbsent.clear()
  for (const [key, session] of Object.entries(folded.state.sessions)) renew(sessions, key, session)
  for (const path of folded.events.map(pathOf)) {
    renew(digests, path, folded.digests.get(path) ?? null)
    if (inits.has(directoryOf(path))) inits.set(directoryOf(path), [])
  }
  for (const [folder, count] of folded.folders) renew(folders, folder, count)
  for (const [folder, found] of byFolder(folded.inits)) renew(inits, folder, found)
  for (const map of [sessions, digests, folders, inits]) dropOldest(map)
  const { stream, state } = folded
  return { stream, order: state.order, sessions, digests, folders, inits, assumedAbsent, strictLoadsLeft }
}

function renew<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= maxPaths) return
    map.delete(key)
  }
}

const pathOf = (event: ObjectEvent): string => (event.kind === 'deleted' ? event.path : event.upload.path)

const byFolder = (inits: readonly InitSegment[]) => Map.groupBy(inits, ({ path }) => directoryOf(path))
