import type { JournalLine, JournalLines } from '../ports.ts'
import type { JournalEntry } from '../upload.ts'

const maxLines = 5_000
/** Lines of one read are validated without a pause, during which no upload is served. */
const maxBatch = 500

/** The newest lines of a journal that this process writes, so that its indexer need not read them from the disk. */
export interface RecentLines {
  /** Adds a line that is written, and the byte offset after it; in the order of the lines. */
  add(entry: JournalEntry, end: number): void
  /** The lines after a byte offset; null where the file itself must be read. Lines before the offset are forgotten. */
  from(offset: number): JournalLines | null
}

/** `size` is the journal's size in bytes; what it holds already is not among the lines. */
export function createRecentLines(size: number): RecentLines {
  let start = size
  let end = size
  let lines: JournalLine[] = []
  return {
    add(entry, after) {
      end = after
      lines.push({ entry, end })
      if (lines.length <= maxLines) return
      lines = []
      start = end
    },
    from(offset) {
      if (offset < start || offset > end) return null
      // There is one reader, the indexer, and it has read what is before its offset.
      const first = lines.findIndex((line) => line.end > offset)
      lines = first < 0 ? [] : lines.slice(first)
      start = offset
      const some = lines.slice(0, maxBatch)
      return { lines: some, next: some.at(-1)?.end ?? end, isEnd: some.length === lines.length }
    },
  }
}
