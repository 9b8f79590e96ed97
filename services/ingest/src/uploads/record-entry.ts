import type { ServerEvent } from '@pushav/shared/events.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { Indexer } from '../indexing/index-journals.ts'
import type { PendingVerdicts, Verdict } from './pending-verdicts.ts'
import type { Journals } from './ports.ts'
import type { JournalEntry, Upload } from './upload.ts'

/** Writes a journal line, so that whoever is answered after its verdict finds it in the next GET. */
export type RecordEntry = (stream: string, entry: JournalEntry) => Recorded

export interface Recorded {
  /** The line is safe. */
  readonly written: Promise<void>
  /** The index has reached it; null when that takes too long. Rejects when the line could not be written. */
  readonly verdict: Promise<Verdict | null>
}

export function recordEntryWith(
  journals: Journals,
  indexer: Indexer,
  verdicts: PendingVerdicts,
  feed: Pick<EventBus, 'publish'>,
  waitMs: number,
): RecordEntry {
  return function recordEntry(stream, entry) {
    const judged = verdicts.wait(entry.id, waitMs)
    const written = write(stream, entry)
    const verdict = written.then(() => judged)
    verdict.catch(() => undefined)
    return { written, verdict }
  }

  async function write(stream: string, entry: JournalEntry): Promise<void> {
    await journals.append(stream, entry)
    if (entry.kind === 'upload') feed.publish(arrivalOf(stream, entry.upload))
    indexer.wake(stream)
  }
}

const arrivalOf = (stream: string, { id, path, bytes, receivedAt, whole }: Upload): ServerEvent => ({
  kind: whole ? 'upload-received' : 'upload-aborted',
  ...{ stream, upload: id, path, bytes, at: receivedAt },
})
