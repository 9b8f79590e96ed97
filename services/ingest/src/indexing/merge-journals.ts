import type { JournalLine, JournalLines, Journals } from '../uploads/ports.ts'
import { type JournalEntry, timeOf } from '../uploads/upload.ts'
import type { Cursors } from './ports.ts'

/** Journal lines in the order of their times, and where the index stands after them. */
export interface MergedLines {
  readonly entries: readonly JournalEntry[]
  readonly cursors: Cursors
}

/** By journal: lines that were read and not taken, from the byte offset `from` on. */
export type ReadAhead = Map<string, JournalLines & { readonly from: number }>

/**
 * The next lines of some journals of a stream. Several are merged by time, so that a replay judges in the order in which
 * the instances received; within one journal its own order counts, even if the clock was set back. `ahead` takes what is
 * left over to the next call. Throws where a journal cannot be read.
 */
export async function mergeJournals(
  journals: Pick<Journals, 'read'>,
  stream: string,
  names: readonly string[],
  cursors: Cursors,
  ahead: ReadAhead,
): Promise<MergedLines> {
  const heads = await Promise.all(names.map(readHead))
  if (heads.length === 1 && heads[0] && !heads[0].lines.some(isRemoval)) {
    const [{ name, lines, next }] = heads as [Head]
    return { entries: lines.map(({ entry }) => entry), cursors: { [name]: next } }
  }
  const lines = merged(heads)
  ahead.clear()
  for (const head of heads) leaveAhead(ahead, head)
  return lines

  async function readHead(name: string): Promise<Head> {
    const from = cursors[name] ?? 0
    const left = ahead.get(name)
    const read = left?.from === from ? left : await journals.read(stream, name, from)
    return { ...read, name, from, taken: 0 }
  }
}

function leaveAhead(ahead: ReadAhead, { name, from, lines, next, taken }: Head): void {
  if (taken === lines.length) return
  // By the time these are taken, more may follow them.
  ahead.set(name, { from: lines[taken - 1]?.end ?? from, lines: lines.slice(taken), next, isEnd: false })
}

interface Head extends JournalLines {
  readonly name: string
  readonly from: number
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
