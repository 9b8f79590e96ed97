import { h } from '../dom/h.ts'

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

/** The columns of a list of which those are shown that were chosen and have room, with their headers. */
export interface ListColumns<Item> {
  readonly head: HTMLElement
  choose(names: ReadonlySet<string>): void
  /** Those that are shown in a list so wide, in pixels; null when they are the same as before. */
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
      // A row of a narrow window has two lines.
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
