import type { JournalLine, Journals } from '../uploads/ports.ts'
import { type JournalEntry, timeOf } from '../uploads/upload.ts'
import type { Cursors } from './ports.ts'

/** Journal lines in the order of their times, and where the index stands after them. */
export interface MergedLines {
  readonly entries: readonly JournalEntry[]
  readonly cursors: Cursors
}

/**
 * The next lines of some journals of a stream. Several are merged by time, so that a replay judges in the order in which
 * the instances received; within one journal its own order counts, even if the clock was set back. Throws where a
 * journal cannot be read.
 */
export async function mergeJournals(
  journals: Pick<Journals, 'read'>,
  stream: string,
  names: readonly string[],
  cursors: Cursors,
): Promise<MergedLines> {
  const heads = await Promise.all(names.map(readHead))
  if (heads.length === 1 && heads[0] && !heads[0].lines.some(isRemoval)) {
    const [{ name, lines, next }] = heads as [Head]
    return { entries: lines.map(({ entry }) => entry), cursors: { [name]: next } }
  }
  return merged(heads)

  async function readHead(name: string): Promise<Head> {
    return { name, taken: 0, ...(await journals.read(stream, name, cursors[name] ?? 0)) }
  }
}

interface Head {
  readonly name: string
  readonly lines: readonly JournalLine[]
  readonly next: number
  readonly isEnd: boolean
  taken: number
}

/**
 * Ends where a journal has lines that are not read yet: they may be older than those of the others. A removal comes
 * alone, because it needs what the lines before it have put into the index.
 */
function merged(heads: readonly Head[]): MergedLines {
  const entries: JournalEntry[] = []
  while (heads.every(({ lines, taken, isEnd }) => isEnd || taken < lines.length)) {
    const oldest = heads.reduce((a, b) => (headTime(b) < headTime(a) ? b : a))
    const line = oldest.lines[oldest.taken]
    if (!line || (isRemoval(line) && entries.length > 0)) break
    entries.push(line.entry)
    oldest.taken++
    if (isRemoval(line)) break
  }
  return { entries, cursors: Object.fromEntries(heads.flatMap(cursorOf)) }
}

const isRemoval = ({ entry }: JournalLine): boolean => entry.kind === 'uploads-removed'

const lastTime = '\uffff'

function headTime({ lines, taken }: Head): string {
  const line = lines[taken]
  return line ? timeOf(line.entry) : lastTime
}

/** The cursor of a journal whose lines were all taken is its end, past a line that a crash tore off. */
function cursorOf({ name, lines, next, taken }: Head): [string, number][] {
  if (taken === lines.length) return [[name, next]]
  const last = lines[taken - 1]
  return last ? [[name, last.end]] : []
}
