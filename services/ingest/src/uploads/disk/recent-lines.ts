import type { JournalLine, JournalLines } from '../ports.ts'
import type { JournalEntry } from '../upload.ts'

const maxLines = 5_000
/** Lines are judged in one go, in which no upload is served. */
const maxAtOnce = 500

/** The newest lines of a journal that this process writes, so that nobody reads them from the disk again. */
export interface RecentLines {
  /** A line that is in the file now, and the offset behind it. */
  add(entry: JournalEntry, end: number): void
  /** Null where the file itself must be read. */
  from(offset: number): JournalLines | null
}

/** Of a file of that size. */
export function createRecentLines(size: number): RecentLines {
  let start = size
  let end = size
  let lines: JournalLine[] = []
  return {
    add(entry, behind) {
      end = behind
      lines.push({ entry, end })
      if (lines.length <= maxLines) return
      lines = []
      start = end
    },
    from(offset) {
      if (offset < start || offset > end) return null
      // Whoever asks for what follows has read what was before.
      const first = lines.findIndex((line) => line.end > offset)
      lines = first < 0 ? [] : lines.slice(first)
      start = offset
      const some = lines.slice(0, maxAtOnce)
      return { lines: some, next: some.at(-1)?.end ?? end, isEnd: some.length === lines.length }
    },
  }
}
