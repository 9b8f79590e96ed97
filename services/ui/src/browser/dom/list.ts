import { h } from './h.ts'

export interface Column<Item> {
  readonly name: string
  readonly label: string
  /** Width in the grid of the list, in CSS. */
  readonly width: string
  /** Left out while the list is narrower than this, in pixels. */
  readonly minListWidth?: number
  /** The label is for screen readers only. */
  readonly isLabelHidden?: boolean
  /** The text of a cell; it goes into a text node. */
  readonly text: (item: Item, index: number) => string
  /** A class for the cell, such as a severity. */
  readonly tone?: (item: Item) => string
  readonly hint?: (item: Item) => string
  /** A text that does not fit loses its beginning, because its end tells more. */
  readonly keepsEnd?: boolean
}

interface ListOptions<Item> {
  readonly label: string
  readonly columns: readonly Column<Item>[]
  /** Null while it is not loaded. */
  readonly itemAt: (index: number) => Item | null
  readonly toneOf: (item: Item) => string
  readonly onChoose: (index: number) => void
  readonly onHover: (index: number | null) => void
  /** The reader scrolled: whether the end is in view. */
  readonly onScroll: (isAtEnd: boolean) => void
}

export interface List {
  readonly element: HTMLElement
  /** Paints the rows in view, of the end while the list follows it; cheap enough for each frame. */
  paint(now: ListState): void
  /** Which rows are in view, and the first after them. */
  range(): readonly [number, number]
  scrollTo(index: number): void
  /** Shows the columns of these names, in their own order. */
  showColumns(names: ReadonlySet<string>): void
}

/** What a list shows. */
interface ListState {
  readonly count: number
  readonly chosen: number | null
  readonly hovered: number | null
  readonly isFollowing: boolean
}

interface Cell<Item> {
  readonly column: Column<Item>
  readonly element: HTMLElement
  /** Where its text is. */
  readonly place: Element
  text: string
}

interface Slot<Item> {
  readonly row: HTMLElement
  /** Of the columns that are shown. */
  cells: readonly Cell<Item>[]
  index: number
  item: Item | null
  /** From the top of the first row, in pixels. */
  top: number
}

const headHeight = 28
const maxSlots = 120

/**
 * A table of any length from at most some sixty rows, which are used again as the reader scrolls. Its size and where it is
 * scrolled to are remembered, so that painting never makes the browser lay the page out in between.
 */
export function createList<Item>(options: ListOptions<Item>): List {
  const { columns, itemAt, toneOf } = options
  const head = h(
    'div',
    { class: 'list-head', role: 'row' },
    columns.map(({ name, label, isLabelHidden }) =>
      h(
        'div',
        { role: 'columnheader', class: `c-${name}` },
        isLabelHidden ? h('span', { class: 'visually-hidden' }, label) : label,
      ),
    ),
  )
  const body = h('div', { class: 'list-body', role: 'rowgroup' })
  const scroller = h(
    'div',
    { class: 'list-scroll', role: 'table', tabindex: '0', 'aria-label': options.label },
    h('div', { role: 'rowgroup', class: 'list-top' }, head),
    body,
  )
  const element = h('div', { class: 'list' }, scroller)
  const isNarrow = matchMedia('(max-width: 699px)')
  /** In the order of their rows. */
  const slots: Slot<Item>[] = []
  let shown: ListState = { count: 0, chosen: null, hovered: null, isFollowing: false }
  let width = 0
  let height = 0
  let top = 0
  let scrolledByUs = -1
  let bodyHeight = -1
  let chosenColumns: ReadonlySet<string> = new Set(columns.map(({ name }) => name))
  let shownColumns: readonly Column<Item>[] = []

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
    chosenColumns = names
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

  function hasRoom({ name, minListWidth = 0 }: Column<Item>): boolean {
    // A row of a narrow window has two lines.
    return chosenColumns.has(name) && (isNarrow.matches || width === 0 || width >= minListWidth)
  }

  function layOut(): void {
    const now = columns.filter(hasRoom)
    if (now.length === shownColumns.length && now.every((column, i) => column === shownColumns[i])) return
    shownColumns = now
    element.style.setProperty('--columns', now.map((column) => column.width).join(' '))
    for (const [i, column] of columns.entries())
      head.children[i]?.toggleAttribute('hidden', !now.includes(column))
    for (const slot of slots) {
      slot.cells = createCells()
      slot.row.replaceChildren(...slot.cells.map((cell) => cell.element))
      slot.index = -1
    }
  }

  function paint(now: ListState): void {
    if (now.count !== shown.count) scroller.setAttribute('aria-rowcount', String(now.count + 1))
    shown = now
    if (now.isFollowing) top = Math.max(0, wholeHeight() - height)
    render()
    if (now.isFollowing && top !== scrolledByUs) scroll()
  }

  /** Where the browser scrolls to may differ by a part of a pixel. */
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
    const needed = Math.max(0, Math.min(end - first, maxSlots))
    while (slots.length < needed) slots.push(createSlot())
    turn(first)
    for (const [i, slot] of slots.entries()) {
      if (slot.row.hidden !== i >= needed) slot.row.hidden = i >= needed
      if (i < needed) show(slot, first + i, each)
    }
  }

  /** What stays in view stays in its slot: only the slots of rows that left are filled anew. */
  function turn(first: number): void {
    const by = first - (slots[0]?.index ?? first)
    if (by === 0 || Math.abs(by) >= slots.length) return
    const moved = by > 0 ? slots.splice(0, by) : slots.splice(by)
    const rows = moved.map(({ row }) => row)
    if (by > 0) {
      body.append(...rows)
      slots.push(...moved)
    } else {
      body.prepend(...rows)
      slots.unshift(...moved)
    }
  }

  function show(slot: Slot<Item>, index: number, each: number): void {
    const item = itemAt(index)
    const tone = `list-row ${item ? toneOf(item) : 'loading'}${index === shown.chosen ? ' chosen' : ''}${index === shown.hovered ? ' hovered' : ''}`
    if (slot.row.className !== tone) slot.row.className = tone
    // Rows are higher in a narrow window: a row that stays may move.
    if (slot.top !== index * each) slot.row.style.transform = `translateY(${index * each}px)`
    slot.top = index * each
    if (slot.index === index && slot.item === item && item !== null) return
    slot.index = index
    slot.item = item
    slot.row.setAttribute('aria-rowindex', String(index + 2))
    for (const cell of slot.cells) {
      const { column, element, place } = cell
      const text = item ? column.text(item, index) : ''
      if (text !== cell.text) place.textContent = text
      cell.text = text
      const className = `c-${column.name}${column.keepsEnd ? ' keeps-end' : ''}${item && column.tone ? ` ${column.tone(item)}` : ''}`
      if (element.className !== className) element.className = className
      if (column.hint) element.title = item ? column.hint(item) : ''
    }
  }

  function createCells(): readonly Cell<Item>[] {
    return shownColumns.map((column) => {
      const inner = column.keepsEnd ? h('bdi', { dir: 'ltr' }) : null
      const element = h('div', { role: 'cell', class: `c-${column.name}` }, inner)
      return { column, element, place: inner ?? element, text: '' }
    })
  }

  function createSlot(): Slot<Item> {
    const cells = createCells()
    const row = h(
      'div',
      { role: 'row', class: 'list-row' },
      cells.map((cell) => cell.element),
    )
    const slot: Slot<Item> = { row, cells, index: -1, item: null, top: -1 }
    row.addEventListener('click', () => options.onChoose(slot.index))
    row.addEventListener('pointerenter', () => options.onHover(slot.index))
    body.append(row)
    return slot
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
