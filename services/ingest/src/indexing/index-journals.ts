import type { Logger } from '@pushav/shared/logger.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { sleep } from '../lib/sleep.ts'
import type { Journals } from '../uploads/ports.ts'
import type { JournalEntry, Upload } from '../uploads/upload.ts'
import type { ProbeEnqueuer } from './enqueue-probes.ts'
import { type FoldResult, fold } from './fold.ts'
import type { Inspections } from './inspect-upload.ts'
import { mergeJournals } from './merge-journals.ts'
import type { Index, Position } from './ports.ts'

/** Each holds a file open or two. */
const streamsAtOnce = 64

/** Brings the index up to the journals, whatever stopped it: an idle moment, Redis away, a crash, FLUSHALL. */
export interface Indexer extends AsyncDisposable {
  /** A line was appended to this instance's journal of the stream. */
  wake(stream: string): void
  /** Reads every journal on from where the index ends; resolves when all are through. */
  catchUp(): Promise<void>
}

/** Hears of what has come into the index, after it has. */
export type PublishResults = (
  stream: string,
  entries: readonly JournalEntry[],
  folded: FoldResult,
) => void | Promise<void>

interface Needs {
  readonly journals: Journals
  readonly index: Index
  readonly jobs: Pick<ProbeEnqueuer, 'forward'>
  readonly inspections: Inspections
  readonly publishResults: PublishResults
  readonly idleMs: number
  readonly log: Logger
  readonly retryMs: number
}

/**
 * One pass per stream at a time. What is appended during a pass goes into the next one, so that load makes
 * batches while an idle server answers at once. Several instances may index one stream: of two that start
 * from the same position one commits, the other starts again.
 */
export function startIndexer(needs: Needs): Indexer {
  const { journals, index, jobs, inspections, publishResults, idleMs, log, retryMs } = needs
  const passes = new Map<string, { again: boolean; done: Promise<void> }>()
  const positions = new Map<string, Position>()
  const behind = new Set<string>()
  const closing = new AbortController()

  return {
    wake,
    async catchUp() {
      await forEachLimit(await journals.streams(), streamsAtOnce, catchUpStream)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([...passes.values()].map((pass) => pass.done))
    },
  }

  function wake(stream: string): void {
    const pass = passes.get(stream)
    if (pass) pass.again = true
    else runPass(stream)
  }

  async function catchUpStream(stream: string): Promise<void> {
    await passes.get(stream)?.done
    positions.delete(stream)
    wake(stream)
    await passes.get(stream)?.done
    await untilItWorks(stream, async () => jobs.forward(await index.jobs(stream)))
  }

  function runPass(stream: string): void {
    const pass = { again: false, done: Promise.resolve() }
    passes.set(stream, pass)
    pass.done = follow()

    async function follow(): Promise<void> {
      try {
        do {
          pass.again = false
          await untilItWorks(stream, () => indexStream(stream))
        } while (pass.again)
      } finally {
        passes.delete(stream)
      }
    }
  }

  async function untilItWorks(stream: string, work: () => Promise<void>): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await work()
        return noteWhole(stream)
      } catch (error) {
        await noteBehind(stream, error)
      }
    }
  }

  /** What keeps one stream behind keeps most of them. Resolves when it is time to try again. */
  async function noteBehind(stream: string, error: unknown): Promise<void> {
    if (behind.size === 0) log.warn({ error, stream }, 'index is behind')
    behind.add(stream)
    await sleep(retryMs, closing.signal)
  }

  function noteWhole(stream: string): void {
    if (behind.delete(stream) && behind.size === 0) log.info({}, 'index has caught up')
  }

  async function indexStream(stream: string): Promise<void> {
    const known = positions.get(stream)
    // Whoever knows the position has read the others' journals already and leaves what is new there to the others.
    let names = known ? [journals.own] : await journals.of(stream)
    for (let at = known ?? (await index.position(stream)); ; ) {
      const { entries, cursors } = await mergeJournals(journals, stream, names, at.cursors)
      if (entries.length === 0) return void positions.set(stream, at)
      const after = await indexLines(stream, at, cursors, entries)
      if (after) {
        at = after
        continue
      }
      const moved = await index.position(stream)
      // Where the index has not come so far, it was emptied: all journals count again.
      if (cursorOf(moved) < cursorOf(at)) names = await journals.of(stream)
      at = moved
    }
  }

  function cursorOf({ cursors }: Position): number {
    return cursors[journals.own] ?? 0
  }

  async function indexLines(
    stream: string,
    at: Position,
    cursors: Position['cursors'],
    entries: readonly JournalEntry[],
  ): Promise<Position | null> {
    const uploads = entries.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload] : []))
    const inspected = await inspections.ofAll(stream, uploads)
    const known = await index.load(stream, at, entries)
    const inspectionOf = (id: string) => inspected.get(id) ?? null
    const folded = fold(stream, known, entries, { inspectionOf, idleMs, onFault })
    const after = await commit(stream, at, cursors, folded)
    if (!after) return null
    jobs.forward(folded.jobs)
    inspections.forget(entries.map(({ id }) => id))
    await publishResults(stream, entries, folded)
    return after
  }

  /**
   * Until there is an answer: what came of a commit whose answer was lost is known here alone. A Redis that hangs
   * carries such a commit out when it goes on.
   */
  async function commit(
    stream: string,
    at: Position,
    cursors: Position['cursors'],
    folded: FoldResult,
  ): Promise<Position | null> {
    for (let isAgain = false; ; isAgain = true) {
      try {
        const after = await index.commit(stream, at, cursors, folded)
        if (after || !isAgain) return after
        const moved = await index.position(stream)
        return isPast(moved, cursors) ? moved : null
      } catch (error) {
        if (closing.signal.aborted) throw error
        await noteBehind(stream, error)
      }
    }
  }

  function onFault({ id: upload, path }: Upload, error: unknown): void {
    log.error({ upload, path, error }, 'an upload could not be judged')
  }
}

const isPast = (position: Position, cursors: Position['cursors']): boolean =>
  Object.entries(cursors).every(([journal, offset]) => (position.cursors[journal] ?? 0) >= offset)
