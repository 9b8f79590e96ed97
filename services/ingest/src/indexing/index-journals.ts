import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import type { PendingVerdicts } from '../uploads/pending-verdicts.ts'
import { JournalCutShort, type Journals } from '../uploads/ports.ts'
import type { JournalEntry, Upload, UploadsRemoval } from '../uploads/upload.ts'
import type { ProbeEnqueuer } from './enqueue-probes.ts'
import { type FoldResult, fold } from './fold.ts'
import type { Inspections } from './inspect-upload.ts'
import { type MergedLines, mergeJournals, type ReadAhead } from './merge-journals.ts'
import { commitsUntilDone } from './outages/commit-until-done.ts'
import { createOutageWatch } from './outages/outage-watch.ts'
import { createPassScheduler } from './pass-scheduler.ts'
import type { Cursors, IndexAdmin, IndexPosition, Position, ProbeOutbox } from './ports.ts'
import { foldRemoval, type RemovalResult } from './removals/fold-removal.ts'
import type { ResolveOvertaken } from './resolve-overtaken.ts'

/** Streams of which this process knows how far the index has come; of others it asks Redis. */
const maxPositions = 16_384
/** Streams that catch up at a time; each holds one or two files open. */
const catchUpConcurrency = 64

/** Brings the index up to the journals after an idle time, an outage of Redis, a crash or FLUSHALL. */
export interface Indexer extends AsyncDisposable {
  /** Called after an entry was appended to this instance's journal of the stream. */
  wake(stream: string, entry: string): void
  /** Reads every journal on from where the index ends; resolves when all are through. */
  catchUp(): Promise<void>
}

/** Called with what has come into the index, after it has. */
export type PublishResults = (
  stream: string,
  entries: readonly JournalEntry[],
  folded: FoldResult,
) => void | Promise<void>

/** Called with what has gone from the index, after it has. */
export type PublishRemoval = (
  stream: string,
  entry: UploadsRemoval,
  removal: RemovalResult,
) => void | Promise<void>

interface IndexerDeps {
  readonly journals: Journals
  readonly index: IndexPosition & Pick<IndexAdmin, 'forget'> & Pick<ProbeOutbox, 'jobs'>
  readonly probes: Pick<ProbeEnqueuer, 'enqueue'>
  readonly inspections: Inspections
  readonly publishResults: PublishResults
  readonly verdicts: Pick<PendingVerdicts, 'isPending'>
  readonly resolveOvertaken: ResolveOvertaken
  readonly publishRemoval: PublishRemoval
  readonly idleMs: number
  readonly log: Logger
  readonly retryMs: number
  /** How often the log says how far `catchUp` has come. */
  readonly progressMs: number
  /** Milliseconds of a clock that is never set back. */
  readonly nowMs: () => number
}

/**
 * One pass per stream at a time. Lines that are appended during a pass go into the next one, so that load makes batches
 * while an idle server responds at once. Several instances may index one stream: of two that start from the same
 * position one commits, the other starts again.
 */
export function startIndexer(deps: IndexerDeps): Indexer {
  const {
    journals,
    index,
    probes,
    inspections,
    publishResults,
    publishRemoval,
    verdicts,
    resolveOvertaken,
    idleMs,
    log,
    retryMs,
    progressMs,
    nowMs,
  } = deps
  const positions = createLru<string, Position>(maxPositions)
  const outages = createOutageWatch(nowMs)
  /** Uploads that this process has put into the index. */
  let indexed = 0
  /** Entries by stream that the next pass is to find in the journal, or in the index already. */
  const appended = new Map<string, string[]>()
  const passes = createPassScheduler({
    runPass: indexStream,
    retryMs,
    onBehind: (stream, error) => log.warn({ error, stream }, 'index is behind'),
    onCaughtUp: () => log.info({}, 'index has caught up'),
  })
  const commitUntilDone = commitsUntilDone({ passes, index })

  return {
    wake(stream, entry) {
      const entries = appended.get(stream)
      if (entries) entries.push(entry)
      else appended.set(stream, [entry])
      passes.wake(stream)
    },
    async catchUp() {
      const streams = await journals.streams()
      const before = indexed
      let done = 0
      // A Redis that is lost while this process ends may never respond.
      const timer = setInterval(() => {
        const counts = { streams: streams.length, streamsDone: done, uploads: indexed - before }
        log.info(counts, 'index is catching up')
      }, progressMs).unref()
      try {
        await forEachLimit(fromAnywhere(streams), catchUpConcurrency, async (stream) => {
          await catchUpStream(stream)
          done++
        })
      } finally {
        clearInterval(timer)
      }
    },
    [Symbol.asyncDispose]: () => passes[Symbol.asyncDispose](),
  }

  async function catchUpStream(stream: string): Promise<void> {
    await passes.idle(stream)
    positions.delete(stream)
    passes.wake(stream)
    await passes.idle(stream)
    // Fails only when this process closes; the next one catches up.
    await passes.retry(stream, () => enqueueLeftOver(stream)).catch(() => undefined)
  }

  /** Probe jobs that a crash kept from the queue. */
  async function enqueueLeftOver(stream: string): Promise<void> {
    probes.enqueue(await index.jobs(stream))
  }

  async function indexStream(stream: string): Promise<void> {
    const entries = appended.get(stream) ?? []
    appended.delete(stream)
    try {
      await indexAll(stream)
      const overtaken = entries.filter(verdicts.isPending)
      if (overtaken.length > 0) await resolveOvertaken(stream, overtaken)
      inspections.forget(overtaken)
    } catch (error) {
      const later = appended.get(stream) ?? []
      appended.set(stream, [...entries.filter(verdicts.isPending), ...later])
      throw error
    }
  }

  async function indexAll(stream: string): Promise<void> {
    try {
      await indexUntilNoOutage(stream)
    } catch (error) {
      if (!(error instanceof JournalCutShort)) throw error
      log.warn({ error, stream }, 'the index knows lines that the journal does not have: it is made anew')
      positions.delete(stream)
      await index.forget(stream)
      await indexUntilNoOutage(stream)
    }
  }

  /** During an outage other instances may have stored lines that come before those of this one: the pass begins anew. */
  async function indexUntilNoOutage(stream: string): Promise<void> {
    while ((await indexNewLines(stream)) === 'outage');
  }

  async function indexNewLines(stream: string): Promise<'done' | 'outage'> {
    // With a cached position the other instances' journals have been read; each instance indexes its own new lines.
    const cached = outages.isRecent() ? undefined : positions.get(stream)
    let at = cached ?? (await outages.over(index.position(stream)))
    let names = cached ? [journals.own] : await journals.of(stream)
    if (!cached && journals.isComplete) assertAllThere(at, names)
    const ahead: ReadAhead = new Map()
    for (;;) {
      const lines = await mergeJournals(journals, stream, names, at.cursors, ahead)
      if (lines.entries.length === 0) break
      const after = await indexLines(stream, at, lines, cached !== undefined)
      if (after === 'outage') return after
      const next = after ?? (await index.position(stream))
      // The index is behind what this process knew, so it was emptied: the lines of all journals count again.
      if (after === null && ownCursor(next) < ownCursor(at)) names = await journals.of(stream)
      at = next
    }
    positions.set(stream, at)
    return 'done'
  }

  function ownCursor({ cursors }: Position): number {
    return cursors[journals.own] ?? 0
  }

  /**
   * The position after the lines; null when another process has moved the index meanwhile. Where the lines `areOwn`, an
   * outage meanwhile leaves them to a pass over all journals.
   */
  async function indexLines(
    stream: string,
    at: Position,
    { entries, cursors }: MergedLines,
    areOwn: boolean,
  ): Promise<Position | null | 'outage'> {
    const [first] = entries
    if (first?.kind === 'uploads-removed') return removeUploads(stream, at, cursors, first)
    const uploads = entries.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload] : []))
    const { inspected, gone } = await inspections.ofAll(stream, uploads)
    const known = await outages.over(index.load(stream, at, entries))
    if (areOwn && outages.isRecent()) return 'outage'
    const inspectionOf = (id: string) => inspected.get(id) ?? null
    const all = fold(stream, known, entries, { inspectionOf, idleMs, onFault })
    const folded =
      gone.size === 0 ? all : { ...all, jobs: all.jobs.filter(({ upload }) => !gone.has(upload)) }
    const after = await commitUntilDone(stream, cursors, () => index.commit(stream, at, cursors, folded))
    if (after === null) return null
    indexed += uploads.length
    probes.enqueue(folded.jobs)
    inspections.forget(entries.map(({ id }) => id))
    await publishResults(stream, entries, folded)
    return after
  }

  async function removeUploads(
    stream: string,
    at: Position,
    cursors: Cursors,
    entry: UploadsRemoval,
  ): Promise<Position | null> {
    const removal = foldRemoval(await index.loadRemoval(stream, entry), entry)
    const after = await commitUntilDone(stream, cursors, () =>
      index.commitRemoval(stream, at, cursors, removal),
    )
    if (after !== null) await publishRemoval(stream, entry, removal)
    return after
  }

  function onFault({ id: upload, path }: Upload, error: unknown): void {
    log.error({ upload, path, error }, 'an upload could not be judged')
  }
}

/**
 * The streams from a random one on: machines that catch up at once begin at different streams, and each skips what
 * others have done.
 */
function fromAnywhere(streams: readonly string[]): readonly string[] {
  const first = Math.floor(Math.random() * streams.length)
  return [...streams.slice(first), ...streams.slice(0, first)]
}

function assertAllThere({ cursors }: Position, names: readonly string[]): void {
  const lost = Object.keys(cursors).find((name) => !names.includes(name))
  if (lost !== undefined) throw new JournalCutShort(`there is no ${lost}`)
}
