import type { FeedEvent } from '@pushav/shared/feed.ts'
import type { JournalEntry, Upload } from '../domain/upload.ts'
import type { Indexer } from './index-journals.ts'
import type { Feed, Journals } from './ports.ts'
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
  feed: Pick<Feed, 'publish'>,
  waitMs: number,
): RecordEntry {
  return async function recordEntry(stream, entry, alongside) {
    const verdict = verdicts.wait(entry.id, waitMs)
    await journals.append(stream, entry)
    if (entry.kind === 'upload') feed.publish(arrivalOf(stream, entry.upload))
    indexer.wake(stream)
    await alongside?.()
    return verdict
  }
}

const arrivalOf = (stream: string, { id, path, bytes, receivedAt, whole }: Upload): FeedEvent => ({
  kind: whole ? 'upload-received' : 'upload-aborted',
  ...{ stream, upload: id, path, bytes, at: receivedAt },
})
