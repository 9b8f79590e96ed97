import { clock, grouped } from '../dom/format.ts'
import { h, setText } from '../dom/h.ts'
import type { ViewState } from '../stream/view-state.ts'
import type { LogMatches } from './log-matches.ts'

/** The bar above the log: the filter, and how many rows pass it. */
export interface LogBar {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  update(isOff: boolean): void
  showCount(total: number): void
}

interface LogBarDeps {
  readonly view: ViewState
  readonly matches: LogMatches
  /** The column chooser, at the end of the bar. */
  readonly chooser: HTMLElement
  readonly onView: () => void
  readonly onToggle: () => void
}

export function createLogBar({ view, matches, chooser, onView, onToggle }: LogBarDeps): LogBar {
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
      on: { click: onToggle },
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
  const element = h('div', { class: 'log-bar' }, search, rangeChip, off, counter, chooser)
  return { element, search, update, showCount }

  function update(isOff: boolean): void {
    if (search.value !== view.q) search.value = view.q
    rangeChip.hidden = view.from === null
    if (view.from !== null && view.to !== null)
      rangeChip.textContent = `${clock(view.from)} – ${clock(view.to)} ✕`
    off.hidden = matches.filter.isEmpty && !isOff
    off.setAttribute('aria-pressed', String(isOff))
    off.textContent = isOff ? 'filter on' : 'filter off'
  }

  function showCount(total: number): void {
    const all = grouped(total)
    setText(counter, matches.rows ? `${grouped(matches.rows.length)} of ${all}` : all)
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
}
