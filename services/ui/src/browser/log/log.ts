import type { Store } from '../api/store.ts'
import type { InFlight, Row } from '../api/types.ts'
import { grouped } from '../dom/format.ts'
import { h, setText } from '../dom/h.ts'
import type { ViewState } from '../stream/view-state.ts'
import { arrivalOf } from '../timeline/mark.ts'
import { createColumnChooser, logColumns } from './columns.ts'
import { createList } from './list.ts'
import { createLogBar } from './log-bar.ts'
import { createLogEntries, type Entry } from './log-entries.ts'
import { createLogMatches } from './log-matches.ts'

export interface Log {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  /** Applies changes of the filter, the session, the range of time and the rows. */
  update(inFlight: readonly InFlight[]): void
  /** Takes rows that have been loaded. */
  add(fresh: readonly Row[]): void
  paint(hovered: string | null): void
  /** The next (1) or previous (-1) row after the chosen one that passes a test; null when there is none. */
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

/** Creates the wire log: every upload in the order of arrival. It follows the end until the reader scrolls. */
export function createLog({ stream, store, view, onChoose, onHover, onView, requestPaint }: LogOptions): Log {
  const progress = h('div', { class: 'progress', hidden: true })
  const news = h('button', {
    type: 'button',
    class: 'news primary small',
    hidden: true,
    on: { click: follow },
  })
  const matches = createLogMatches({ stream, store, view, onProgress: showProgress, requestPaint })
  const entries = createLogEntries(store, matches)
  const chooser = createColumnChooser((names) => list.showColumns(names))
  const bar = createLogBar({ view, matches, chooser: chooser.element, onView, onToggle: toggleFilter })
  const list = createList<Entry>({
    label: 'Wire log',
    columns: logColumns(deltaOf),
    itemAt: entries.at,
    toneOf: (entry) => (entry.flight ? 'flying' : (entry.worst ?? '')),
    onChoose: (index) => {
      const entry = entries.at(index)
      if (entry && !entry.flight) onChoose(entry.upload)
    },
    onHover: (index) => onHover(index === null ? null : (entries.at(index)?.upload ?? null)),
    onScroll: (isAtEnd) => {
      if (view.follow !== isAtEnd) setFollow(isAtEnd)
      requestPaint()
    },
  })
  const element = h(
    'section',
    { class: 'log', 'aria-label': 'Uploads' },
    bar.element,
    progress,
    list.element,
    news,
  )
  let isOff = false
  /** Number of entries when the reader left the end. */
  let seen = 0
  chooser.apply()
  return { element, search: bar.search, update, add: matches.add, paint, step, reveal, follow, toggleFilter }

  function update(inFlight: readonly InFlight[]): void {
    matches.update(isOff)
    entries.setInFlight(inFlight)
    bar.update(isOff)
    requestPaint()
  }

  function paint(hovered: string | null): void {
    const count = entries.count()
    if (view.follow) seen = count
    news.hidden = view.follow || count <= seen
    if (!news.hidden) setText(news, `${grouped(count - seen)} new ↓`)
    bar.showCount(store.total)
    list.paint({
      count,
      chosen: view.upload === null ? null : entries.indexOf(view.upload),
      hovered: hovered === null ? null : indexInView(hovered),
      isFollowing: view.follow,
    })
    const [from, to] = list.range()
    if (!matches.rows) store.want(from, to)
  }

  function indexInView(upload: string): number | null {
    const [from, to] = list.range()
    for (let index = from; index < to; index++) if (entries.at(index)?.upload === upload) return index
    return null
  }

  function step(step: 1 | -1, test: (row: Row) => boolean): Row | null {
    const end = step === 1 ? -1 : entries.rowCount()
    if (view.upload !== null) return stepFrom(entries.indexOf(view.upload), step, test)
    return stepFrom(step === 1 ? list.range()[0] - 1 : end, step, test) ?? stepFrom(end, step, test)
  }

  function stepFrom(start: number, step: 1 | -1, test: (row: Row) => boolean): Row | null {
    const rows = entries.rowCount()
    for (let index = start + step; index >= 0 && index < rows; index += step) {
      const row = entries.at(index)
      if (row && test(row)) return row
    }
    return null
  }

  function reveal(upload: string): void {
    const index = entries.indexOf(upload)
    if (index < 0) return
    if (view.follow) setFollow(index >= entries.count() - 2)
    list.scrollTo(index)
  }

  function setFollow(follow: boolean): void {
    view.follow = follow
    if (!follow) seen = entries.count()
    onView()
  }

  function follow(): void {
    setFollow(true)
    requestPaint()
  }

  function toggleFilter(): void {
    isOff = !isOff
    onView()
  }

  function showProgress(share: number | null): void {
    progress.hidden = share === null
    if (share !== null) progress.style.width = `${share * 100}%`
  }

  /** Milliseconds since the last upload of the same track, among the 60 rows before; null when there is none. */
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
