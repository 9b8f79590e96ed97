import type { JournalEntry } from '../domain/upload.ts'
import type { JournalLine, JournalLines } from '../use-cases/ports.ts'

const mostLines = 5_000

/** The newest lines of a journal that this process writes, so that nobody reads them from the disk again. */
export interface JournalTail {
  /** A line that is in the file now, and the offset behind it. */
  add(entry: JournalEntry, end: number): void
  /** Null where the file itself must be read. */
  from(offset: number): JournalLines | null
}

/** Of a file of that size. */
export function createJournalTail(size: number): JournalTail {
  let start = size
  let end = size
  let lines: JournalLine[] = []
  return {
    add(entry, behind) {
      end = behind
      lines.push({ entry, end })
      if (lines.length <= mostLines) return
      lines = []
      start = end
    },
    from(offset) {
      if (offset < start || offset > end) return null
      // Whoever asks for what follows has read what was before.
      const first = lines.findIndex((line) => line.end > offset)
      lines = first < 0 ? [] : lines.slice(first)
      start = offset
      return { lines: [...lines], next: end, isEnd: true }
    },
  }
}
