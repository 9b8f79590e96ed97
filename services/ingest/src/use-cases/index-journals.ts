import type { Logger } from '@pushav/shared/logger.ts'
import { type Folded, fold } from '../domain/fold.ts'
import type { Inspection } from '../domain/inspection.ts'
import type { JournalEntry } from '../domain/upload.ts'
import type { Inspections } from './inspect-upload.ts'
import type { Index, Journals, Probes } from './ports.ts'
import type { VerdictBoard } from './verdict-board.ts'

/** Brings the index up to the journals, whatever stopped it: an idle moment, Redis away, a crash, FLUSHALL. */
export interface Indexer extends AsyncDisposable {
  /** A line was appended to this instance's journal of the stream. */
  wake(stream: string): void
  /** Reads every journal on from where the index ends; resolves when all are through. */
  catchUp(): Promise<void>
}

interface Needs {
  readonly journals: Journals
  readonly index: Index
  readonly probes: Probes
  readonly inspections: Inspections
  readonly verdicts: VerdictBoard
  readonly log: Logger
  readonly retryMs: number
}

/**
 * One pass per stream at a time. What is appended during a pass goes into the next one, so that load makes
 * batches while an idle server answers at once.
 */
export function startIndexer({
  journals,
  index,
  probes,
  inspections,
  verdicts,
  log,
  retryMs,
}: Needs): Indexer {
  const passes = new Map<string, { again: boolean; done: Promise<void> }>()
  const cursors = new Map<string, number>()
  const closing = new AbortController()

  return {
    wake,
    async catchUp() {
      const passed = []
      for (const stream of await journals.streams()) passed.push(catchUpStream(stream))
      await Promise.all(passed)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([...passes.values()].map((pass) => pass.done))
    },
  }

  function wake(stream: string): void {
    const pass = passes.get(stream)
    if (pass) pass.again = true
    else runPass(stream, [journals.own])
  }

  async function catchUpStream(stream: string): Promise<void> {
    cursors.delete(stream)
    await passes.get(stream)?.done
    if (!passes.has(stream)) runPass(stream, await journals.of(stream))
    await passes.get(stream)?.done
  }

  function runPass(stream: string, names: readonly string[]): void {
    const pass = { again: false, done: Promise.resolve() }
    passes.set(stream, pass)
    pass.done = follow()

    async function follow(): Promise<void> {
      try {
        do {
          pass.again = false
          for (const name of names) await untilItWorks(() => indexJournal(stream, name))
        } while (pass.again)
      } finally {
        passes.delete(stream)
      }
    }
  }

  async function untilItWorks(work: () => Promise<void>): Promise<void> {
    for (let told = false; !closing.signal.aborted; ) {
      try {
        return await work()
      } catch (error) {
        if (!told) log.warn({ error }, 'index is behind')
        told = true
        await delay(retryMs)
      }
    }
  }

  function delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      closing.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true })
    })
  }

  async function indexJournal(stream: string, journal: string): Promise<void> {
    const key = `${stream}/${journal}`
    while (true) {
      const from = cursors.get(key) ?? (await index.cursor(stream, journal))
      const { entries, next } = await journals.read(stream, journal, from)
      if (next === from) return void cursors.set(key, from)
      const inspected = await inspect(stream, entries)
      const known = await index.load(stream, entries)
      const folded = fold(stream, known, entries, (upload) => inspected.get(upload) ?? null)
      // Jobs first: a crash between the two probes an upload twice, never not at all.
      await probes.enqueue(folded.jobs)
      if (await index.commit(stream, { journal, from, to: next }, folded)) {
        cursors.set(key, next)
        announce(entries, folded)
      } else cursors.delete(key)
    }
  }

  async function inspect(stream: string, entries: readonly JournalEntry[]) {
    const inspected = new Map<string, Inspection | null>()
    for (const entry of entries) {
      if (entry.kind === 'upload') inspected.set(entry.id, await inspections.take(stream, entry.upload))
    }
    return inspected
  }

  function announce(entries: readonly JournalEntry[], { stream, events }: Folded): void {
    const findings = new Map(
      events.flatMap((event) => (event.kind === 'judged' ? [[event.upload.id, event.findings]] : [])),
    )
    for (const { id } of entries) {
      verdicts.announce(id, { strict: stream?.strict ?? false, findings: findings.get(id) ?? [] })
    }
  }
}
