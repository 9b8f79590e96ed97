import { sentenceOf } from './client.ts'
import { getRows } from './rows.ts'
import type { Row } from './types.ts'

/** The rows of a stream's wire log by position. Loaded rows stay in memory. */
export interface Store {
  /** How many rows the wire log has, loaded or not. */
  readonly total: number
  /** The row at a position; null while it is not loaded. */
  at(position: number): Row | null
  /** The position of an upload; null while its row is not loaded. */
  positionOf(upload: string): number | null
  /** All loaded rows in order. */
  loaded(): Iterable<Row>
  /** The position from which rows up to the end are loaded as they arrive. */
  readonly tailFrom: number
  /** Loads rows of a range that are missing or may be out of date. `to` is exclusive. */
  want(from: number, to: number): void
  /** Loads the rows from a time on, in milliseconds since 1970. */
  wantFrom(ms: number): void
  /** Sets how many rows there are and loads the new ones; only the last 2000 of them when there are more. */
  setTotal(total: number): void
  /** Stores rows that arrived with a state. Returns those that are new. */
  take(rows: readonly Row[]): readonly Row[]
  /** Sets the states of probes, by upload. */
  setProbed(states: Readonly<Record<string, string>>): void
  /** Marks rows whose probe is pending as out of date, because states may have been missed. `want` loads them again. */
  doubtPending(): void
  /** Forgets all rows. */
  clear(): void
}

const chunkSize = 200
/** When more rows than this are new, the older ones are loaded only when they are in view. */
const maxNewRows = 2_000
const maxPageRows = 1_000
const maxRanges = 8
/** How long after a failed request its rows are requested again. */
const retryMs = 2_000
/** Time between the starts of two requests, less than the 200 ms between states: each state then starts at most one. */
const requestIntervalMs = 190

/**
 * Creates a store. It calls `onRows` with rows that are new, and `onFailure` with a sentence when a request fails, or
 * null when one succeeds.
 */
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
  /** The first position that could not be loaded, and when that failed, in milliseconds of `performance.now`. */
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
      if (now - before > maxNewRows) tailFrom = now - maxNewRows
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

  /** The position of the first new row, or of an older one whose request failed at least 2 s ago. */
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
    if (wanted.length > maxRanges) wanted.shift()
    if (!isRunning) void run()
  }

  function wantFrom(ms: number): void {
    getRows(stream, { at: new Date(ms).toISOString(), limit: maxPageRows }).then(
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
      const dueAt = performance.now() + requestIntervalMs
      await load(range)
      await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
    }
    isRunning = false
  }

  /** Loads the newest part of a range, and queues the rest. */
  async function load([from, to]: readonly [number, number]): Promise<void> {
    const begin = Math.max(from, to - maxPageRows)
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

  /** Stores a row. Returns whether the row is new. */
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
