import { createLru } from '@pushav/shared/lib/lru.ts'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { groupBodies } from '@pushav/shared/uploads/pack-key.ts'
import { createPassScheduler } from '../../indexing/pass-scheduler.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import { createSemaphore } from '../../lib/semaphore.ts'
import { linesIn } from '../journal-entry.ts'
import type { LocalJournals, LocalUploads } from '../ports.ts'
import { JournalCutShort, RecordChanged } from '../ports.ts'
import type { Upload } from '../upload.ts'
import type { StoreBodies } from './bodies/store-bodies.ts'
import { inTime, type ObjectStore, readObject } from './object-store.ts'
import { segmentKey } from './store-keys.ts'
import type { StoreSegments } from './store-segments.ts'

/** Streams that are shipped at a time, and objects with bodies of each. */
const streamConcurrency = 16
const bodyConcurrency = 4
const retryMs = 1_000
/** How long this process, when it exits, waits for what is not shipped yet; the next one ships the rest. */
const closeTimeoutMs = 1_000
const forgetTimeoutMs = 2_000
/** Journals of which it is in memory how far the store has them; for others the store is asked. */
const maxEnds = 16_384

/**
 * Brings what the journals on this disk say into the store: bodies first, then the lines that name them, so that a line
 * in the store always has its body there. The journal is the list of what is to be shipped, and the store's own list
 * says how far it has come: nothing else is written down, and a crash at any moment ships nothing twice.
 */
export interface Shipper extends AsyncDisposable {
  /** A stream has new lines: they are in the store within `shipWithinMs`, if that responds. */
  touch(stream: string): void
  /** Resolves once the lines that the stream has now are in the store. Throws `Unavailable` after `maxWaitMs`. */
  flush(stream: string): Promise<void>
  /** The stream is new, and nothing of it is in the store. */
  begin(stream: string): void
  /** The stream is gone: resolves when nothing of it is shipped any more. */
  forget(stream: string): Promise<void>
  /** Whether lines of the stream are on their way to the store, or wait for it. */
  isBehind(stream: string): boolean
  /** A body is in the store already. */
  stored(upload: string): void
  backlog(): ShipBacklog
}

export interface ShipBacklog {
  /** Streams with lines that are not in the store. */
  readonly streams: number
  /** How long the oldest of them waits, in milliseconds; 0 for none. */
  readonly oldestMs: number
  /** Why the store was not reached last; null while it is reached. */
  readonly failure: string | null
}

export interface ShipperDeps {
  readonly journals: Pick<LocalJournals, 'own' | 'of' | 'readBytes'>
  readonly uploads: Pick<LocalUploads, 'read'>
  readonly store: Pick<ObjectStore, 'create' | 'get'>
  readonly storedBodies: Pick<StoreBodies, 'put'>
  /** Ends requests to the store that are in flight. */
  readonly abort: () => void
  readonly segments: Pick<StoreSegments, 'endOf'>
  readonly shipWithinMs: number
  /** How long a response waits for the store. */
  readonly maxWaitMs: number
  readonly log: Logger
  readonly nowMs: () => number
}

export function startShipper(deps: ShipperDeps): Shipper {
  const { journals, uploads, store, storedBodies, segments, shipWithinMs, maxWaitMs, log, nowMs } = deps
  /** By stream: since when it has lines that are not shipped, in milliseconds. */
  const behind = new Map<string, number>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** Called when what a stream had at the moment is shipped. */
  const waiting = new Map<string, (() => void)[]>()
  /** By stream and journal: up to which byte it is in the store. */
  const ends = createLru<string, number>(maxEnds)
  /** Uploads whose bodies are in the store and whose lines are not. */
  const stored = new Set<string>()
  const removed = new Set<string>()
  /** By stream and journal: those of this process that are not what the store has of them. */
  const cutShort = new Set<string>()
  const shipping = new Set<string>()
  const inTurn = createSemaphore(streamConcurrency)
  let failure: string | null = null
  const passes = createPassScheduler({
    runPass: (stream) => inTurn(() => shipStream(stream)),
    retryMs,
    onBehind(stream, error) {
      failure = reasonOf(error)
      log.warn(
        { error, stream },
        'the store is behind: what is stored on this disk is shipped when it responds',
      )
    },
    onCaughtUp() {
      failure = null
      log.info({}, 'the store is reached again')
    },
  })

  return {
    touch,
    async flush(stream) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const others = waiting.get(stream)
      if (others) others.push(resolve)
      else waiting.set(stream, [resolve])
      mark(stream)
      passes.wake(stream)
      await inTime(maxWaitMs, promise)
    },
    begin: (stream) => void ends.set(`${stream}/${journals.own}`, 0),
    async forget(stream) {
      removed.add(stream)
      release(stream)
      await withTimeout(forgetTimeoutMs, passes.idle(stream)).catch(() => undefined)
    },
    isBehind: (stream) => behind.has(stream) || shipping.has(stream),
    stored: (upload) => void stored.add(upload),
    backlog() {
      const oldest = behind.values().next().value
      const oldestMs = oldest === undefined ? 0 : nowMs() - oldest
      return { streams: behind.size, oldestMs, failure }
    },
    async [Symbol.asyncDispose]() {
      const late = [...timers.keys()]
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      for (const stream of late) passes.wake(stream)
      const all = Promise.all([...behind.keys()].map((stream) => passes.idle(stream)))
      await withTimeout(closeTimeoutMs, all).catch(() => undefined)
      if (behind.size > 0)
        log.warn(
          { streams: behind.size },
          'streams have lines that are not in the store; the next start ships them',
        )
      deps.abort()
      await passes[Symbol.asyncDispose]()
    },
  }

  function touch(stream: string): void {
    if (timers.has(stream) || removed.has(stream)) return
    mark(stream)
    const ship = () => {
      timers.delete(stream)
      passes.wake(stream)
    }
    timers.set(stream, setTimeout(ship, shipWithinMs))
  }

  function mark(stream: string): void {
    if (!behind.has(stream)) behind.set(stream, nowMs())
  }

  function release(stream: string): void {
    behind.delete(stream)
    clearTimeout(timers.get(stream))
    timers.delete(stream)
    for (const resolve of waiting.get(stream) ?? []) resolve()
    waiting.delete(stream)
  }

  async function shipStream(stream: string): Promise<void> {
    if (removed.has(stream)) return release(stream)
    const served = waiting.get(stream) ?? []
    waiting.delete(stream)
    const since = behind.get(stream)
    behind.delete(stream)
    shipping.add(stream)
    try {
      for (const journal of await journals.of(stream)) await shipJournal(stream, journal)
    } catch (error) {
      waiting.set(stream, [...served, ...(waiting.get(stream) ?? [])])
      behind.set(stream, since ?? nowMs())
      if (failure !== null) failure = reasonOf(error)
      throw error
    } finally {
      shipping.delete(stream)
    }
    for (const resolve of served) resolve()
  }

  async function shipJournal(stream: string, journal: string): Promise<void> {
    const name = `${stream}/${journal}`
    let end = ends.get(name) ?? (await segments.endOf(stream, journal))
    for (;;) {
      const bytes = await linesFrom(stream, journal, end)
      if (bytes.length === 0) break
      const lines = linesIn(bytes, end, log).map(({ entry }) => entry)
      const bodies = lines.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload] : []))
      await shipBodies(stream, bodies)
      if (removed.has(stream)) return
      const key = segmentKey(stream, journal, end)
      const isNew = await store.create(key, bytes)
      end += isNew ? bytes.length : await lengthOf(key, bytes)
      ends.set(name, end)
      for (const { id } of bodies) stored.delete(id)
    }
    ends.set(name, end)
  }

  /**
   * What a journal of an earlier process has lost is in the store. The own one never ends before what the store has of it,
   * unless it was changed by hand: then its offsets mean other lines there, and nothing more of it is shipped.
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

  /** How many bytes of these lines an earlier attempt has stored, whose response was lost. */
  async function lengthOf(key: string, bytes: Buffer): Promise<number> {
    const found = await readObject(store, key)
    if (found?.length && found.equals(bytes.subarray(0, found.length))) return found.length
    throw new RecordChanged(`${key} in the store holds other lines than this disk`)
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
