import type { Folded, ObjectEvent } from '../domain/fold.ts'
import type { InitSegment } from '../domain/init-segment.ts'
import type { Order, Session } from '../domain/judge/state.ts'
import { directoryOf } from '../domain/object-path.ts'
import type { Stream } from '../domain/stream.ts'

const mostStreams = 256
const mostPlaces = 512
const loadsInDoubt = 16

/**
 * What this process knows of a stream as of a version, so that the next lines need not ask for it again. It holds
 * for as long as nobody else commits, and who commits finds out; null stands for what is known not to be there.
 */
export interface Remembered {
  readonly version: string
  readonly stream: Stream | null
  readonly order: Order
  readonly sessions: Map<string, Session | null>
  readonly digests: Map<string, string | null>
  readonly folders: Map<string, number>
  readonly inits: Map<string, readonly InitSegment[]>
  /** Places of which it is only presumed that nothing stands there, until a commit has made sure. */
  readonly presumed: Set<string>
  /** How many times more nothing may be presumed. */
  doubts: number
}

export interface KnownCache {
  /** Null when there is nothing of that version. */
  get(stream: string, version: string): Remembered | null
  put(stream: string, remembered: Remembered): void
  /** The stream has come to the next version. */
  advance(stream: string, version: string, folded: Folded): void
  /** Something stood where nothing was presumed to. */
  doubt(stream: string): void
  forget(stream: string): void
}

export function createKnownCache(): KnownCache {
  const streams = new Map<string, Remembered>()
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
    doubt(stream) {
      const remembered = streams.get(stream)
      if (remembered) remembered.doubts = loadsInDoubt
    },
    forget: (stream) => void streams.delete(stream),
  }

  function put(stream: string, remembered: Remembered): void {
    streams.delete(stream)
    streams.set(stream, remembered)
    const [oldest] = streams.keys()
    if (streams.size > mostStreams && oldest !== undefined) streams.delete(oldest)
  }
}

/** What was presumed and not made sure of is no more known. */
export function unpresume({ presumed, digests, folders }: Remembered): void {
  for (const place of presumed) {
    digests.delete(place)
    folders.delete(place)
  }
  presumed.clear()
}

function after(before: Remembered, folded: Folded): Omit<Remembered, 'version'> {
  const { sessions, digests, folders, inits, presumed, doubts } = before
  presumed.clear()
  for (const [key, session] of Object.entries(folded.state.sessions)) renew(sessions, key, session)
  for (const path of folded.events.map(pathOf)) {
    renew(digests, path, folded.digests.get(path) ?? null)
    if (inits.has(directoryOf(path))) inits.set(directoryOf(path), [])
  }
  for (const [folder, count] of folded.folders) renew(folders, folder, count)
  for (const [folder, found] of byFolder(folded.inits)) renew(inits, folder, found)
  for (const map of [sessions, digests, folders, inits]) dropOldest(map)
  const { stream, state } = folded
  return { stream, order: state.order, sessions, digests, folders, inits, presumed, doubts }
}

function renew<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= mostPlaces) return
    map.delete(key)
  }
}

const pathOf = (event: ObjectEvent): string => (event.kind === 'deleted' ? event.path : event.upload.path)

const byFolder = (inits: readonly InitSegment[]) => Map.groupBy(inits, ({ path }) => directoryOf(path))
