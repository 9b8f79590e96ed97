import { h } from '../dom/h.ts'
import { type Column, createListColumns } from './list-columns.ts'
import { createListRows, type ListState } from './list-rows.ts'

interface ListOptions<Item> {
  readonly label: string
  readonly columns: readonly Column<Item>[]
  /** The item at an index; null while it is not loaded. */
  readonly itemAt: (index: number) => Item | null
  readonly toneOf: (item: Item) => string
  readonly onChoose: (index: number) => void
  readonly onHover: (index: number | null) => void
  /** Called when the reader scrolls, with whether the end is in view. */
  readonly onScroll: (isAtEnd: boolean) => void
}

export interface List {
  readonly element: HTMLElement
  /** Paints the rows in view, or the last rows while the list follows its end; cheap enough for each frame. */
  paint(now: ListState): void
  /** The index of the first row in view, and of the first row below the view. */
  range(): readonly [number, number]
  scrollTo(index: number): void
  /** Shows the columns of these names, in their own order. */
  showColumns(names: ReadonlySet<string>): void
}

/** Height in pixels, as in the styles. */
const headHeight = 28

/**
 * A table of any length. It keeps its size and scroll position in variables, so that painting never forces the browser
 * to lay the page out.
 */
export function createList<Item>(options: ListOptions<Item>): List {
  const columns = createListColumns(options.columns)
  const body = h('div', { class: 'list-body', role: 'rowgroup' })
  const rows = createListRows(body, options)
  const scroller = h(
    'div',
    { class: 'list-scroll', role: 'table', tabindex: '0', 'aria-label': options.label },
    h('div', { role: 'rowgroup', class: 'list-top' }, columns.head),
    body,
  )
  const element = h('div', { class: 'list' }, scroller)
  const isNarrow = matchMedia('(max-width: 699px)')
  let shown: ListState = { count: 0, chosen: null, hovered: null, isFollowing: false }
  let width = 0
  let height = 0
  let top = 0
  let scrolledByUs = -1
  let bodyHeight = -1

  scroller.addEventListener('scroll', () => {
    top = scroller.scrollTop
    if (Math.abs(top - scrolledByUs) > 1) {
      scrolledByUs = -1
      options.onScroll(top + height >= wholeHeight() - rowHeight())
    }
    render()
  })
  scroller.addEventListener('pointerleave', () => options.onHover(null))
  new ResizeObserver(resize).observe(scroller)
  return { element, paint, range, scrollTo, showColumns }

  function showColumns(names: ReadonlySet<string>): void {
    columns.choose(names)
    layOut()
    render()
  }

  function resize(entries: readonly ResizeObserverEntry[]): void {
    const { contentRect, borderBoxSize } = entries.at(-1) ?? {}
    width = borderBoxSize?.[0]?.inlineSize ?? width
    height = contentRect?.height ?? height
    layOut()
    paint(shown)
  }

  function layOut(): void {
    const now = columns.fit(width, isNarrow.matches)
    if (!now) return
    element.style.setProperty('--columns', now.map((column) => column.width).join(' '))
    rows.setColumns(now)
  }

  function paint(now: ListState): void {
    if (now.count !== shown.count) scroller.setAttribute('aria-rowcount', String(now.count + 1))
    shown = now
    if (now.isFollowing) top = Math.max(0, wholeHeight() - height)
    render()
    if (now.isFollowing && top !== scrolledByUs) scroll()
  }

  /** Scrolls to `top`. The browser may scroll to a position that differs by a fraction of a pixel. */
  function scroll(): void {
    scroller.scrollTop = top
    scrolledByUs = top
  }

  function rowHeight(): number {
    return isNarrow.matches ? 52 : 24
  }

  function wholeHeight(): number {
    return (isNarrow.matches ? 0 : headHeight) + shown.count * rowHeight()
  }

  function range(): readonly [number, number] {
    const each = rowHeight()
    const first = Math.max(0, Math.floor(top / each))
    return [first, Math.min(shown.count, first + Math.ceil(height / each) + 1)]
  }

  function render(): void {
    const each = rowHeight()
    if (bodyHeight !== shown.count * each) {
      bodyHeight = shown.count * each
      body.style.height = `${bodyHeight}px`
    }
    const [first, end] = range()
    rows.render(first, end, shown, each)
  }

  function scrollTo(index: number): void {
    const each = rowHeight()
    const [above, below] = [index * each, (index + 1) * each]
    if (above < top) top = Math.max(0, above - each * 2)
    else if (below > top + height) top = below - height + each * 2
    render()
    scroll()
  }
}
