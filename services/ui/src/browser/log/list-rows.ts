import { h } from '../dom/h.ts'
import type { Column } from './list-columns.ts'

/** What a list shows. */
export interface ListState {
  readonly count: number
  readonly chosen: number | null
  readonly hovered: number | null
  readonly isFollowing: boolean
}

interface ListRowsOptions<Item> {
  /** The item at an index; null while it is not loaded. */
  readonly itemAt: (index: number) => Item | null
  readonly toneOf: (item: Item) => string
  readonly onChoose: (index: number) => void
  readonly onHover: (index: number | null) => void
}

/** The row elements of a list, which the list reuses as the reader scrolls. */
export interface ListRows<Item> {
  /** Rebuilds the cells of all rows for these columns. */
  setColumns(columns: readonly Column<Item>[]): void
  /** Shows the items from `first` up to but not including `end`, in rows of `height` pixels. */
  render(first: number, end: number, state: ListState, height: number): void
}

interface Cell<Item> {
  readonly column: Column<Item>
  readonly element: HTMLElement
  /** The element with the text: `element` itself or one inside. */
  readonly place: Element
  text: string
}

interface Slot<Item> {
  readonly row: HTMLElement
  /** The cells of the shown columns. */
  cells: readonly Cell<Item>[]
  index: number
  item: Item | null
  /** Distance from the top of the first row, in pixels. */
  top: number
}

const maxSlots = 120

/** Creates rows in `body`: as many as are in view, at most 120, however long the list is. */
export function createListRows<Item>(body: HTMLElement, options: ListRowsOptions<Item>): ListRows<Item> {
  const { itemAt, toneOf, onChoose, onHover } = options
  /** Slots in the order of their rows. */
  const slots: Slot<Item>[] = []
  let columns: readonly Column<Item>[] = []
  return {
    setColumns(now) {
      columns = now
      for (const slot of slots) {
        slot.cells = createCells(columns)
        slot.row.replaceChildren(...slot.cells.map((cell) => cell.element))
        slot.index = -1
      }
    },
    render(first, end, state, height) {
      const needed = Math.max(0, Math.min(end - first, maxSlots))
      while (slots.length < needed) slots.push(createSlot())
      turn(first)
      for (const [i, slot] of slots.entries()) {
        if (slot.row.hidden !== i >= needed) slot.row.hidden = i >= needed
        if (i < needed) show(slot, first + i, state, height)
      }
    },
  }

  function createSlot(): Slot<Item> {
    const cells = createCells(columns)
    const row = h(
      'div',
      { role: 'row', class: 'list-row' },
      cells.map((cell) => cell.element),
    )
    const slot: Slot<Item> = { row, cells, index: -1, item: null, top: -1 }
    row.addEventListener('click', () => onChoose(slot.index))
    row.addEventListener('pointerenter', () => onHover(slot.index))
    body.append(row)
    return slot
  }

  /** Moves the slots of rows that left the view to the other end, so that only these are filled again. */
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

  function show(slot: Slot<Item>, index: number, { chosen, hovered }: ListState, height: number): void {
    const item = itemAt(index)
    const tone = `list-row ${item ? toneOf(item) : 'loading'}${index === chosen ? ' chosen' : ''}${index === hovered ? ' hovered' : ''}`
    if (slot.row.className !== tone) slot.row.className = tone
    // Rows are higher in a narrow window, so a row that stays in view may have to move.
    if (slot.top !== index * height) slot.row.style.transform = `translateY(${index * height}px)`
    slot.top = index * height
    if (slot.index === index && slot.item === item && item !== null) return
    slot.index = index
    slot.item = item
    slot.row.setAttribute('aria-rowindex', String(index + 2))
    for (const cell of slot.cells) fillCell(cell, item, index)
  }
}

function createCells<Item>(columns: readonly Column<Item>[]): readonly Cell<Item>[] {
  return columns.map((column) => {
    const inner = column.keepsEnd ? h('bdi', { dir: 'ltr' }) : null
    const element = h('div', { role: 'cell', class: `c-${column.name}` }, inner)
    return { column, element, place: inner ?? element, text: '' }
  })
}

/** Writes only what has changed in a cell. */
function fillCell<Item>(cell: Cell<Item>, item: Item | null, index: number): void {
  const { column, element, place } = cell
  const text = item ? column.text(item, index) : ''
  if (text !== cell.text) place.textContent = text
  cell.text = text
  const className = `c-${column.name}${column.keepsEnd ? ' keeps-end' : ''}${item && column.tone ? ` ${column.tone(item)}` : ''}`
  if (element.className !== className) element.className = className
  if (column.hint) element.title = item ? column.hint(item) : ''
}
