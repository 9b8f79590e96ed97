import { h } from '../dom/h.ts'

export interface Column<Item> {
  readonly name: string
  readonly label: string
  /** Width of the column in CSS grid notation. */
  readonly width: string
  /** The column is hidden while the list is narrower than this, in pixels. */
  readonly minListWidth?: number
  /** Whether the label is for screen readers only. */
  readonly isLabelHidden?: boolean
  /** The text of a cell, which becomes a text node. */
  readonly text: (item: Item, index: number) => string
  /** A class for the cell, such as a severity. */
  readonly tone?: (item: Item) => string
  /** The tooltip of a cell. */
  readonly hint?: (item: Item) => string
  /** Whether a text that does not fit loses its beginning, because its end tells more. */
  readonly keepsEnd?: boolean
}

/** The columns of a list with their headers. It shows those that the reader chose and that fit. */
export interface ListColumns<Item> {
  readonly head: HTMLElement
  choose(names: ReadonlySet<string>): void
  /** Returns the columns to show in a list of this width, in pixels; null when they have not changed. */
  fit(listWidth: number, isNarrowWindow: boolean): readonly Column<Item>[] | null
}

export function createListColumns<Item>(columns: readonly Column<Item>[]): ListColumns<Item> {
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
  let chosen: ReadonlySet<string> = new Set(columns.map(({ name }) => name))
  let shown: readonly Column<Item>[] = []
  return {
    head,
    choose(names) {
      chosen = names
    },
    fit(listWidth, isNarrowWindow) {
      // In a narrow window a row has two lines, which have room for all columns.
      const haveAllRoom = isNarrowWindow || listWidth === 0
      const now = columns.filter(
        ({ name, minListWidth = 0 }) => chosen.has(name) && (haveAllRoom || listWidth >= minListWidth),
      )
      if (now.length === shown.length && now.every((column, i) => column === shown[i])) return null
      shown = now
      for (const [i, column] of columns.entries())
        head.children[i]?.toggleAttribute('hidden', !now.includes(column))
      return now
    },
  }
}
