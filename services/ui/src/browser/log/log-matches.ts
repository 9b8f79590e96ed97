import { type Filter, parseFilter } from '../api/filter.ts'
import { getRows } from '../api/rows.ts'
import type { Store } from '../api/store.ts'
import type { Row } from '../api/types.ts'
import type { ViewState } from '../stream/view-state.ts'

/** The rows that pass the filter, the session and the range of time. */
export interface LogMatches {
  /** The rows that pass, in their order; null when all rows are shown. */
  readonly rows: readonly Row[] | null
  /** The filter that the reader typed. */
  readonly filter: Filter
  /** Applies changes of the view and the store; `isOff` shows all rows. */
  update(isOff: boolean): void
  /** Takes rows that have been loaded. A row among those that were already tested makes `update` test again. */
  add(fresh: readonly Row[]): void
}

interface LogMatchesDeps {
  readonly stream: string
  readonly store: Store
  readonly view: ViewState
  /** Called with the share of the rows before the loaded ones that is searched, from 0 to 1; null at the end. */
  readonly onProgress: (share: number | null) => void
  /** Called when a search has found more rows. */
  readonly requestPaint: () => void
}

/** Tests each loaded row once in the browser, and has the server search the rows that are not loaded. */
export function createLogMatches(deps: LogMatchesDeps): LogMatches {
  const { stream, store, view, onProgress, requestPaint } = deps
  let filter = parseFilter(view.q)
  let rows: readonly Row[] | null = null
  let isOff = false
  let question = ''
  let older: Row[] = []
  let searchedTo = 0
  let searching = 0
  /** Rows that pass among those loaded at the end, and the range of positions that has been tested. */
  let recent: { from: number; to: number; readonly rows: Row[] } = { from: 0, to: 0, rows: [] }
  return {
    get rows() {
      return rows
    },
    get filter() {
      return filter
    },
    update(isOffNow) {
      isOff = isOffNow
      const now = JSON.stringify([view.session, view.q, view.from, view.to, isOff])
      if (now !== question) ask(now)
      rows = isFiltered() ? allMatches() : null
    },
    add(fresh) {
      if (fresh.some(({ position }) => position >= recent.from && position < recent.to)) forgetRecent()
    },
  }

  function ask(now: string): void {
    question = now
    filter = parseFilter(view.q)
    older = []
    searchedTo = 0
    forgetRecent()
    if (isFiltered()) void searchOlder(++searching)
  }

  function isFiltered(): boolean {
    return !isOff && (!filter.isEmpty || view.session !== null || view.from !== null)
  }

  function passes(row: Row): boolean {
    if (view.session !== null && row.session !== view.session) return false
    if (view.from !== null && row.startedAt + row.ms < view.from) return false
    if (view.to !== null && row.startedAt > view.to) return false
    return filter.matches(row)
  }

  function allMatches(): readonly Row[] {
    const recentRows = loadedMatches()
    return older.length === 0 ? recentRows : [...older, ...recentRows]
  }

  function forgetRecent(): void {
    recent = { from: 0, to: 0, rows: [] }
  }

  function loadedMatches(): readonly Row[] {
    const from = Math.max(store.tailFrom, searchedTo)
    if (from !== recent.from || store.total < recent.to) recent = { from, to: from, rows: [] }
    for (; recent.to < store.total; recent.to++) {
      const row = store.at(recent.to)
      if (row && passes(row)) recent.rows.push(row)
    }
    return recent.rows
  }

  /** Has the server search the rows that are not loaded, from the oldest on. */
  async function searchOlder(turn: number): Promise<void> {
    const end = store.tailFrom
    const query = { ...filter.query, ...(view.session === null ? {} : { session: view.session }) }
    let start: Record<string, string | number> =
      view.from === null ? { cursor: 0 } : { at: new Date(view.from).toISOString() }
    for (let cursor = 0; cursor < end && turn === searching; start = { cursor }) {
      onProgress(cursor / end)
      const page = await getRows(stream, { ...query, ...start, limit: 1_000 }).catch(() => null)
      if (!page || turn !== searching) break
      older.push(...page.rows.filter((row) => row.position < end && passes(row)))
      const isPast = view.to !== null && (page.rows.at(-1)?.startedAt ?? 0) > view.to
      cursor = isPast ? end : (page.next ?? end)
      searchedTo = Math.max(searchedTo, Math.min(cursor, end))
      rows = allMatches()
      requestPaint()
    }
    if (turn === searching) onProgress(null)
  }
}
