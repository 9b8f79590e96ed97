import { parseFilter } from '../api/filter.ts'
import { getRows } from '../api/rows.ts'
import type { Store } from '../api/store.ts'
import type { InFlight, Row } from '../api/types.ts'
import { clock, grouped } from '../dom/format.ts'
import { h, setText } from '../dom/h.ts'
import { createList } from '../dom/list.ts'
import { arrivalOf } from '../timeline/mark.ts'
import { createColumnChooser, type Entry, logColumns } from './columns.ts'
import type { ViewState } from './view-state.ts'

export interface Log {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  /** Takes in what changed: the filter, the session, the stretch of time, new rows. */
  update(inFlight: readonly InFlight[]): void
  /** Rows that were not loaded before. */
  add(fresh: readonly Row[]): void
  paint(hovered: string | null): void
  /** The row `step` rows after the chosen one that passes the test; the first or last at the ends. */
  step(step: 1 | -1, test: (row: Row) => boolean): Row | null
  reveal(upload: string): void
  follow(): void
  toggleFilter(): void
}

interface LogOptions {
  readonly stream: string
  readonly store: Store
  readonly view: ViewState
  readonly onChoose: (upload: string) => void
  readonly onHover: (upload: string | null) => void
  readonly onView: () => void
  readonly requestPaint: () => void
}

/** The wire log: every upload in arrival order; it follows the end until the reader scrolls. */
export function createLog({ stream, store, view, onChoose, onHover, onView, requestPaint }: LogOptions): Log {
  const search = h('input', {
    type: 'search',
    value: view.q,
    placeholder: 'filter: track:video severity:error -kind:init >1MB <10ms words of the path',
    'aria-label': 'Filter uploads',
    spellcheck: false,
    on: { input: changeFilter },
  })
  const counter = h('span', { class: 'muted log-count' })
  const off = h(
    'button',
    {
      type: 'button',
      class: 'small',
      'aria-pressed': 'false',
      title: 'Filter off and on (\\)',
      on: { click: toggleFilter },
    },
    'filter off',
  )
  const rangeChip = h('button', {
    type: 'button',
    class: 'chip',
    hidden: true,
    title: 'All times',
    on: { click: clearRange },
  })
  const bar = h('div', { class: 'progress', hidden: true })
  const chooser = createColumnChooser((names) => list.showColumns(names))
  const news = h('button', {
    type: 'button',
    class: 'news primary small',
    hidden: true,
    on: { click: follow },
  })
  const list = createList<Entry>({
    label: 'Wire log',
    columns: logColumns(deltaOf),
    itemAt,
    toneOf: (entry) => (entry.flight ? 'flying' : (entry.worst ?? '')),
    onChoose: (index) => {
      const entry = itemAt(index)
      if (entry && !entry.flight) onChoose(entry.upload)
    },
    onHover: (index) => onHover(index === null ? null : (itemAt(index)?.upload ?? null)),
    onScroll: (isAtEnd) => {
      if (view.follow !== isAtEnd) setFollow(isAtEnd)
      requestPaint()
    },
  })
  const element = h(
    'section',
    { class: 'log', 'aria-label': 'Uploads' },
    h('div', { class: 'log-bar' }, search, rangeChip, off, counter, chooser.element),
    bar,
    list.element,
    news,
  )
  const entries = new WeakMap<Row, Entry>()
  let flights: readonly Entry[] = []
  let filter = parseFilter(view.q)
  let isOff = false
  /** Null while every row is shown. */
  let matches: readonly Row[] | null = null
  let older: Row[] = []
  let searchedTo = 0
  let searching = 0
  /** Rows among those loaded at the end that pass, and which positions were looked at. */
  let recent: { from: number; to: number; readonly rows: Row[] } = { from: 0, to: 0, rows: [] }
  let told = ''
  let seen = 0
  chooser.apply()
  return { element, search, update, add, paint, step, reveal, follow, toggleFilter }

  function isFiltered(): boolean {
    return !isOff && (!filter.isEmpty || view.session !== null || view.from !== null)
  }

  function passes(row: Row): boolean {
    if (view.session !== null && row.session !== view.session) return false
    if (view.from !== null && row.startedAt + row.ms < view.from) return false
    if (view.to !== null && row.startedAt > view.to) return false
    return filter.matches(row)
  }

  function update(inFlight: readonly InFlight[]): void {
    const question = JSON.stringify([view.session, view.q, view.from, view.to, isOff])
    if (question !== told) {
      told = question
      filter = parseFilter(view.q)
      if (search.value !== view.q) search.value = view.q
      older = []
      searchedTo = 0
      forgetRecent()
      if (isFiltered()) void searchOlder(++searching)
    }
    flights = inFlight.map((flight) => entryOfFlight(flight, store.total))
    matches = isFiltered() ? allMatches() : null
    rangeChip.hidden = view.from === null
    if (view.from !== null && view.to !== null)
      rangeChip.textContent = `${clock(view.from)} – ${clock(view.to)} ✕`
    off.hidden = filter.isEmpty && !isOff
    off.setAttribute('aria-pressed', String(isOff))
    off.textContent = isOff ? 'filter on' : 'filter off'
    requestPaint()
  }

  /** Rows that came; one before the last that was looked at makes the log look again. */
  function add(fresh: readonly Row[]): void {
    if (fresh.some(({ position }) => position >= recent.from && position < recent.to)) forgetRecent()
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

  /** What is not loaded is searched on the server, from the oldest on. */
  async function searchOlder(turn: number): Promise<void> {
    const end = store.tailFrom
    const query = { ...filter.query, ...(view.session === null ? {} : { session: view.session }) }
    let start: Record<string, string | number> =
      view.from === null ? { cursor: 0 } : { at: new Date(view.from).toISOString() }
    for (let cursor = 0; cursor < end && turn === searching; start = { cursor }) {
      bar.hidden = false
      bar.style.width = `${(cursor / end) * 100}%`
      const page = await getRows(stream, { ...query, ...start, limit: 1_000 }).catch(() => null)
      if (!page || turn !== searching) break
      older.push(...page.rows.filter((row) => row.position < end && passes(row)))
      const isPast = view.to !== null && (page.rows.at(-1)?.startedAt ?? 0) > view.to
      cursor = isPast ? end : (page.next ?? end)
      searchedTo = Math.max(searchedTo, Math.min(cursor, end))
      matches = allMatches()
      requestPaint()
    }
    if (turn === searching) bar.hidden = true
  }

  function count(): number {
    return (matches?.length ?? store.total) + (matches && !filter.isEmpty ? 0 : flights.length)
  }

  function itemAt(index: number): Entry | null {
    const rows = matches?.length ?? store.total
    if (index >= rows) return flights[index - rows] ?? null
    const found = matches?.[index]
    const row = matches ? found && (store.at(found.position) ?? found) : store.at(index)
    if (!row) return null
    const known = entries.get(row)
    if (known) return known
    const entry = { ...row, flight: null }
    entries.set(row, entry)
    return entry
  }

  /** Where an upload is shown; -1 where it is not. */
  function indexOf(upload: string): number {
    const position = store.positionOf(upload)
    if (!matches) return position ?? -1
    if (position === null) return matches.findIndex((row) => row.upload === upload)
    let low = 0
    let high = matches.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((matches[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    return matches[low]?.position === position ? low : -1
  }

  function indexInView(upload: string): number | null {
    const [from, to] = list.range()
    for (let index = from; index < to; index++) if (itemAt(index)?.upload === upload) return index
    return null
  }

  function paint(hovered: string | null): void {
    const total = count()
    const chosen = view.upload === null ? null : indexOf(view.upload)
    if (view.follow) seen = total
    news.hidden = view.follow || total <= seen
    if (!news.hidden) setText(news, `${grouped(total - seen)} new ↓`)
    const all = grouped(store.total)
    setText(counter, matches ? `${grouped(matches.length)} of ${all}` : all)
    list.paint({
      count: total,
      chosen,
      hovered: hovered === null ? null : indexInView(hovered),
      isFollowing: view.follow,
    })
    const [from, to] = list.range()
    if (!matches) store.want(from, to)
  }

  function step(step: 1 | -1, test: (row: Row) => boolean): Row | null {
    const end = step === 1 ? -1 : (matches?.length ?? store.total)
    if (view.upload !== null) return stepFrom(indexOf(view.upload), step, test)
    return stepFrom(step === 1 ? list.range()[0] - 1 : end, step, test) ?? stepFrom(end, step, test)
  }

  function stepFrom(start: number, step: 1 | -1, test: (row: Row) => boolean): Row | null {
    const rows = matches?.length ?? store.total
    for (let index = start + step; index >= 0 && index < rows; index += step) {
      const row = itemAt(index)
      if (row && test(row)) return row
    }
    return null
  }

  function reveal(upload: string): void {
    const index = indexOf(upload)
    if (index < 0) return
    if (view.follow) setFollow(index >= count() - 2)
    list.scrollTo(index)
  }

  function setFollow(follow: boolean): void {
    view.follow = follow
    if (!follow) seen = count()
    onView()
  }

  function follow(): void {
    setFollow(true)
    requestPaint()
  }

  function changeFilter(): void {
    view.q = search.value
    onView()
  }

  function clearRange(): void {
    view.from = null
    view.to = null
    onView()
  }

  function toggleFilter(): void {
    isOff = !isOff
    onView()
  }

  /** Since the upload of the same track before it. */
  function deltaOf(row: Row): number | null {
    if (store.at(row.position)?.upload !== row.upload) return null
    for (let position = row.position - 1; position >= 0 && position > row.position - 60; position--) {
      const before = store.at(position)
      if (before && before.track === row.track && before.session === row.session)
        return arrivalOf(row) - arrivalOf(before)
    }
    return null
  }
}

function entryOfFlight(flight: InFlight, position: number): Entry {
  const startedAt = Date.parse(flight.started_at)
  return {
    position,
    upload: flight.upload,
    path: flight.path,
    kind: '',
    startedAt,
    ms: Math.max(0, Date.now() - startedAt),
    bytes: flight.bytes,
    session: null,
    track: null,
    worst: null,
    codes: [],
    decodeTime: null,
    duration: null,
    timescale: null,
    method: flight.method,
    http: '',
    tls: '',
    status: null,
    device: flight.device,
    address: flight.address,
    probe: null,
    whole: false,
    partOf: null,
    flight,
  }
}
