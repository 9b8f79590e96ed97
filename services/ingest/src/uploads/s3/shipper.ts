import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { createPassScheduler } from '../../indexing/pass-scheduler.ts'
import { createSemaphore } from '../../lib/semaphore.ts'
import type { LocalJournals } from '../ports.ts'
import { type JournalShipperDeps, journalShipperWith } from './journal-shipper.ts'
import { inTime } from './object-store.ts'

/** Streams that are shipped at a time. */
const streamConcurrency = 16
const retryMs = 1_000
/** How long this process, when it exits, waits for what is not shipped yet; the next one ships the rest. */
const closeTimeoutMs = 1_000
const forgetTimeoutMs = 2_000

/**
 * Brings what the journals on this disk say into the store: bodies first, then the lines that name them, so that a line
 * in the store always has its body there. The journal is the list of what is to be shipped, and the store's own list
 * says how far it has come: nothing else is written down, and a crash at any moment ships nothing twice.
 */
export interface Shipper extends AsyncDisposable {
  /** Notes new lines of a stream: they are in the store within `shipWithinMs`, if that responds. */
  touch(stream: string): void
  /** Resolves once the lines that the stream has now are in the store. Throws `Unavailable` after `maxWaitMs`. */
  flush(stream: string): Promise<void>
  /** Begins a new stream, of which nothing is in the store. */
  begin(stream: string): void
  /** Forgets a stream that is gone; resolves when nothing of it is shipped any more. */
  forget(stream: string): Promise<void>
  /** Whether lines of the stream are on their way to the store, or wait for it. */
  isBehind(stream: string): boolean
  /** Notes that a body is in the store already. */
  stored(upload: string): void
  backlog(): ShipBacklog
}

/** How far the store is behind this disk. */
export interface ShipBacklog {
  /** Streams with lines that are not in the store. */
  readonly streams: number
  /** The time that the oldest of these lines has waited, in milliseconds; 0 for none. */
  readonly oldestMs: number
  /** Why the store was not reached last; null while it is reached. */
  readonly failure: string | null
}

export interface ShipperDeps extends JournalShipperDeps {
  readonly journals: JournalShipperDeps['journals'] & Pick<LocalJournals, 'of'>
  /** Ends requests to the store that are in flight. */
  readonly abort: () => void
  readonly shipWithinMs: number
  /** How long a response waits for the store. */
  readonly maxWaitMs: number
  readonly log: Logger
  readonly nowMs: () => number
}

export function startShipper(deps: ShipperDeps): Shipper {
  const { journals, shipWithinMs, maxWaitMs, log, nowMs } = deps
  /** By stream: the time since which it has lines that are not shipped, as `nowMs` counts. */
  const behind = new Map<string, number>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** By stream: what to call when the lines that it had then are shipped. */
  const waiting = new Map<string, (() => void)[]>()
  const removed = new Set<string>()
  const shipping = new Set<string>()
  const inTurn = createSemaphore(streamConcurrency)
  const journalShipper = journalShipperWith(deps, (stream) => removed.has(stream))
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
    begin: journalShipper.begin,
    async forget(stream) {
      removed.add(stream)
      release(stream)
      await withTimeout(forgetTimeoutMs, passes.idle(stream)).catch(() => undefined)
    },
    isBehind: (stream) => behind.has(stream) || shipping.has(stream),
    stored: journalShipper.stored,
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
      for (const journal of await journals.of(stream)) await journalShipper.ship(stream, journal)
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
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
