import type { Indexer } from '../indexing/index-journals.ts'
import type { TakeSpace } from '../quotas/disk-space.ts'
import type { PendingVerdicts } from '../uploads/pending-verdicts.ts'
import type { Journals } from '../uploads/ports.ts'
import type { JournalEntry } from '../uploads/upload.ts'

/**
 * Writes a journal line about a stream; resolves once it is durable. `indexed` resolves when the index has reached it,
 * so that the next GET shows it, or when that takes too long. Throws the system's error when the line cannot be written,
 * and the refusal `disk-full` for one that a client can have written again and again.
 */
export type RecordEntry = (
  stream: string,
  entry: Exclude<JournalEntry, { kind: 'upload' }>,
) => Promise<{ readonly indexed: Promise<unknown> }>

interface RecordEntryDeps {
  readonly journals: Pick<Journals, 'append'>
  readonly indexer: Pick<Indexer, 'wake'>
  readonly verdicts: Pick<PendingVerdicts, 'wait'>
  readonly verdictWaitMs: number
  /** Null where no part of the disk is reserved. */
  readonly takeSpace: TakeSpace | null
}

/** Kinds of lines that a client may have written again and again without sending or removing an upload. */
const kindsOfEdits: readonly JournalEntry['kind'][] = ['tracks-expected', 'expectations-set']

export function recordEntryWith({
  journals,
  indexer,
  verdicts,
  verdictWaitMs,
  takeSpace,
}: RecordEntryDeps): RecordEntry {
  return async function recordEntry(stream, entry) {
    if (takeSpace && kindsOfEdits.includes(entry.kind)) await takeSpace(JSON.stringify(entry).length)
    const indexed = verdicts.wait(entry.id, verdictWaitMs)
    await journals.append(stream, entry)
    indexer.wake(stream, entry.id)
    return { indexed }
  }
}
