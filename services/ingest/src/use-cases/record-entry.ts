import type { JournalEntry } from '../domain/upload.ts'
import type { Indexer } from './index-journals.ts'
import type { Journals } from './ports.ts'
import type { Verdict, VerdictBoard } from './verdict-board.ts'

/**
 * Writes a journal line and waits for the index to reach it, so that whoever is answered finds it in the next
 * GET. Null when that takes too long: the line is safe, its verdict follows. `alongside` runs meanwhile.
 */
export type RecordEntry = (
  stream: string,
  entry: JournalEntry,
  alongside?: () => Promise<void>,
) => Promise<Verdict | null>

export function recordEntryWith(
  journals: Journals,
  indexer: Indexer,
  verdicts: VerdictBoard,
  waitMs: number,
): RecordEntry {
  return async function recordEntry(stream, entry, alongside) {
    const verdict = verdicts.wait(entry.id, waitMs)
    await journals.append(stream, entry)
    indexer.wake(stream)
    await alongside?.()
    return verdict
  }
}
