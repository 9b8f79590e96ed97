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
  /** Paints the rows in view; cheap enough for each frame. */
  paint(count: number, chosen: number | null, hovered: number | null): void
  /** Which rows are in view, and the first after them. */
  range(): readonly [number, number]
  scrollToEnd(): void
  scrollTo(index: number): void
  /** Shows the columns of these names, in their own order. */
  showColumns(names: ReadonlySet<string>): void
}

interface Slot<Item> {
  readonly row: HTMLElement
  readonly cells: readonly HTMLElement[]
  index: number
  item: Item | null
}

/** A table of any length from at most some sixty rows, which are used again as the reader scrolls. */
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
  const slots: Slot<Item>[] = []
  let count = 0
  let chosen: number | null = null
  let hovered: number | null = null
  let scrolledByUs = -1
  let bodyHeight = -1
  let chosenColumns: ReadonlySet<string> = new Set(columns.map(({ name }) => name))
  let shownColumns: ReadonlySet<string> = new Set()

  scroller.addEventListener('scroll', () => {
    if (Math.abs(scroller.scrollTop - scrolledByUs) > 1) {
      scrolledByUs = -1
      options.onScroll(isAtEnd())
    }
    render()
  })
  scroller.addEventListener('pointerleave', () => options.onHover(null))
  new ResizeObserver(resize).observe(scroller)
  return { element, paint, range, scrollToEnd, scrollTo, showColumns }

  function showColumns(names: ReadonlySet<string>): void {
    chosenColumns = names
    layOut()
  }

  function resize(): void {
    if (columns.some((column) => shownColumns.has(column.name) !== hasRoom(column))) layOut()
    else render()
  }

  function hasRoom({ name, minListWidth = 0 }: Column<Item>): boolean {
    if (!chosenColumns.has(name)) return false
    const width = element.clientWidth
    // A row of a narrow window has two lines.
    return isNarrow.matches || width === 0 || width >= minListWidth
  }

  function layOut(): void {
    const shown = columns.filter(hasRoom)
    shownColumns = new Set(shown.map(({ name }) => name))
    const widths = shown.map(({ width }) => width)
    element.style.setProperty('--columns', widths.join(' '))
    for (const cells of [head.children, ...slots.map(({ cells }) => cells)]) hideOthers([...cells])
    for (const slot of slots) slot.index = -1
    render()
  }

  function hideOthers(cells: readonly Element[]): void {
    for (const [i, { name }] of columns.entries())
      cells[i]?.toggleAttribute('hidden', !shownColumns.has(name))
  }

  function paint(now: number, chosenNow: number | null, hoveredNow: number | null): void {
    if (now !== count) scroller.setAttribute('aria-rowcount', String(now + 1))
    count = now
    chosen = chosenNow
    hovered = hoveredNow
    render()
  }

  function rowHeight(): number {
    return isNarrow.matches ? 52 : 24
  }

  function range(): readonly [number, number] {
    const height = rowHeight()
    const first = Math.max(0, Math.floor(scroller.scrollTop / height))
    return [first, Math.min(count, first + Math.ceil(scroller.clientHeight / height) + 1)]
  }

  function render(): void {
    const height = rowHeight()
    if (bodyHeight !== count * height) {
      bodyHeight = count * height
      body.style.height = `${bodyHeight}px`
    }
    const [first, end] = range()
    const needed = Math.min(end - first, 120)
    while (slots.length < needed) slots.push(createSlot())
    for (const [i, slot] of slots.entries()) {
      slot.row.hidden = i >= needed
      if (i < needed) show(slot, first + i, height)
    }
  }

  function show(slot: Slot<Item>, index: number, height: number): void {
    const item = itemAt(index)
    const tone = `list-row ${item ? toneOf(item) : 'loading'}${index === chosen ? ' chosen' : ''}${index === hovered ? ' hovered' : ''}`
    if (slot.row.className !== tone) slot.row.className = tone
    if (slot.index !== index) {
      slot.row.style.transform = `translateY(${index * height}px)`
      slot.row.setAttribute('aria-rowindex', String(index + 2))
    }
    if (slot.index === index && slot.item === item && item !== null) return
    slot.index = index
    slot.item = item
    slot.row.style.transform = `translateY(${index * height}px)`
    for (const [i, column] of columns.entries()) {
      const cell = slot.cells[i]
      if (!cell || !shownColumns.has(column.name)) continue
      const place = column.keepsEnd ? cell.firstElementChild : cell
      if (place) place.textContent = item ? column.text(item, index) : ''
      const cellClass = `c-${column.name}${column.keepsEnd ? ' keeps-end' : ''}${item && column.tone ? ` ${column.tone(item)}` : ''}`
      if (cell.className !== cellClass) cell.className = cellClass
      if (column.hint) cell.title = item ? column.hint(item) : ''
    }
  }

  function createSlot(): Slot<Item> {
    const cells = columns.map(({ name, keepsEnd }) =>
      h('div', { role: 'cell', class: `c-${name}` }, keepsEnd && h('bdi', { dir: 'ltr' })),
    )
    hideOthers(cells)
    const row = h('div', { role: 'row', class: 'list-row' }, cells)
    const slot: Slot<Item> = { row, cells, index: -1, item: null }
    row.addEventListener('click', () => options.onChoose(slot.index))
    row.addEventListener('pointerenter', () => options.onHover(slot.index))
    body.append(row)
    return slot
  }

  function isAtEnd(): boolean {
    return scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - rowHeight()
  }

  function scrollToEnd(): void {
    scroller.scrollTop = scroller.scrollHeight
    scrolledByUs = scroller.scrollTop
  }

  function scrollTo(index: number): void {
    const height = rowHeight()
    const [top, bottom] = [index * height, (index + 1) * height]
    if (top < scroller.scrollTop) scroller.scrollTop = Math.max(0, top - height * 2)
    else if (bottom > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom - scroller.clientHeight + height * 2
    scrolledByUs = scroller.scrollTop
    render()
  }
}
