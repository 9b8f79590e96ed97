import { type Child, h } from './h.ts'

/**
 * A table that scrolls sideways when it is too wide, also by keys. `label` is its name for screen readers; `rows` are
 * `tr` elements. A column is given by its name, empty for a column of buttons, or by its header cell.
 */
export const scrollingTable = (
  label: string,
  columns: readonly (string | Child)[],
  rows: readonly Child[],
  classes = 'table',
): HTMLElement =>
  h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': label },
    h('table', { class: classes }, h('thead', {}, h('tr', {}, columns.map(headCell))), h('tbody', {}, rows)),
  )

export const headCell = (column: string | Child): Child =>
  typeof column === 'string'
    ? h('th', { scope: 'col' }, column || h('span', { class: 'visually-hidden' }, 'actions'))
    : column

/** Header cell of a column of numbers. */
export const numberColumn = (name: string): HTMLElement => h('th', { scope: 'col', class: 'number' }, name)
