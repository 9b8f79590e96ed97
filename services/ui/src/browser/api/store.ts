import { sentenceOf } from './client.ts'
import { getRows } from './rows.ts'
import type { Row } from './types.ts'

/** The rows of a stream's wire log by position; what is loaded stays. */
export interface Store {
  readonly total: number
  /** Null while it is not loaded. */
  at(position: number): Row | null
  /** Where an upload is; null while it is not loaded. */
  positionOf(upload: string): number | null
  /** All loaded rows in order. */
  loaded(): Iterable<Row>
  /** The first position from which on everything up to the end is loaded. */
  readonly tailFrom: number
  /** Loads what of a range is missing or in doubt. */
  want(from: number, to: number): void
  /** Loads the rows from a moment on, in milliseconds since 1970. */
  wantFrom(ms: number): void
  /** Takes note of how many rows there are; loads the new ones, or the end when too many came. */
  setTotal(total: number): void
  /** Takes rows that came with a state. Returns those that were not there before. */
  take(rows: readonly Row[]): readonly Row[]
  /** Takes note of what came of probes, by upload. */
  setProbed(states: Readonly<Record<string, string>>): void
  /** Takes note that states were missed: what waits for a probe is asked for again when it is in view. */
  doubtPending(): void
  /** Forgets all rows. */
  clear(): void
}

const chunkSize = 200
const maxBehind = 2_000
const maxPage = 1_000
/** After a request that failed, before its rows are asked for again. */
const retryMs = 2_000
/** Between the beginnings of two requests: a state, which comes every 200 ms, then finds none on its way. */
const pauseMs = 190

/** Calls `onRows` when rows came, with those that were not there before, and `onFailure` with a sentence when the server does not give any. */
export function createStore(
  stream: string,
  onRows: (fresh: readonly Row[]) => void,
  onFailure: (sentence: string | null) => void,
): Store {
  const chunks = new Map<number, (Row | undefined)[]>()
  const positions = new Map<string, number>()
  const stale = new Set<number>()
  let total = 0
  let tailFrom = 0
  let wanted: (readonly [from: number, to: number])[] = []
  let isRunning = false
  let generation = 0
  /** The first row that could not be read, and when that was. */
  let failed: { readonly from: number; readonly atMs: number } | null = null

  return {
    get total() {
      return total
    },
    get tailFrom() {
      return tailFrom
    },
    at,
    positionOf: (upload) => positions.get(upload) ?? null,
    *loaded() {
      for (const number of [...chunks.keys()].sort((a, b) => a - b))
        for (const row of chunks.get(number) ?? []) if (row) yield row
    },
    want,
    wantFrom,
    setTotal(now) {
      const before = total
      total = now
      if (now - before > maxBehind) tailFrom = now - maxBehind
      const from = firstToAskFor(before)
      if (now > from) want(Math.max(from, tailFrom), now)
    },
    take: (rows) => rows.filter(put),
    setProbed(states) {
      for (const [upload, probe] of Object.entries(states)) {
        const row = at(positions.get(upload) ?? -1)
        if (row) put({ ...row, probe })
      }
    },
    doubtPending() {
      for (const [number, chunk] of chunks)
        for (const [i, row] of chunk.entries())
          if (row?.probe === 'pending') stale.add(number * chunkSize + i)
    },
    clear() {
      generation++
      chunks.clear()
      positions.clear()
      stale.clear()
      wanted = []
      total = 0
      tailFrom = 0
      failed = null
    },
  }

  /** The first new row, or an older one that could not be read a while ago. */
  function firstToAskFor(firstNew: number): number {
    if (failed === null || performance.now() - failed.atMs < retryMs) return firstNew
    const { from } = failed
    failed = null
    return Math.min(from, firstNew)
  }

  function at(position: number): Row | null {
    return chunks.get(Math.floor(position / chunkSize))?.[position % chunkSize] ?? null
  }

  function want(from: number, to: number): void {
    const range = missingIn(Math.max(0, from), Math.min(to, total)) ?? staleIn(from, to)
    if (!range) return
    wanted = wanted.filter(([begin, end]) => begin !== range[0] || end !== range[1])
    wanted.push(range)
    if (wanted.length > 8) wanted.shift()
    if (!isRunning) void run()
  }

  function wantFrom(ms: number): void {
    getRows(stream, { at: new Date(ms).toISOString(), limit: maxPage }).then(
      ({ rows }) => onRows(rows.filter(put)),
      () => {},
    )
  }

  function missingIn(from: number, to: number): readonly [number, number] | null {
    let first = from
    while (first < to && at(first)) first++
    let last = to
    while (last > first && at(last - 1)) last--
    return first < last ? [first, last] : null
  }

  function staleIn(from: number, to: number): readonly [number, number] | null {
    const found = [...stale].filter((position) => position >= from && position < to)
    return found.length > 0 ? [Math.min(...found), Math.max(...found) + 1] : null
  }

  async function run(): Promise<void> {
    isRunning = true
    for (let range = wanted.pop(); range; range = wanted.pop()) {
      const dueAt = performance.now() + pauseMs
      await load(range)
      await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
    }
    isRunning = false
  }

  /** The newest part of a long range first; the rest waits for its turn. */
  async function load([from, to]: readonly [number, number]): Promise<void> {
    const begin = Math.max(from, to - maxPage)
    const known = generation
    try {
      const page = await getRows(stream, { from: begin, limit: to - begin })
      if (known !== generation) return
      const fresh = page.rows.filter(put)
      if (page.total > total) total = page.total
      if (begin > from && from >= tailFrom) want(from, begin)
      onFailure(null)
      onRows(fresh)
    } catch (error) {
      failed = { from: Math.min(begin, failed?.from ?? begin), atMs: performance.now() }
      onFailure(sentenceOf(error))
    }
  }

  /** Whether the row was not there before. */
  function put(row: Row): boolean {
    const isFresh = at(row.position) === null
    const number = Math.floor(row.position / chunkSize)
    const chunk = chunks.get(number) ?? []
    chunk[row.position % chunkSize] = row
    chunks.set(number, chunk)
    positions.set(row.upload, row.position)
    stale.delete(row.position)
    return isFresh
  }
}
