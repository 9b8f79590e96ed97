import { type Child, h } from './h.ts'

/**
 * A table that scrolls by itself where it is too wide, also by keys. `label` is what screen readers call it, `rows` are its
 * `tr`. A column is the name in its head, empty over buttons, or the cell itself.
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

/** Over numbers. */
export const numberColumn = (name: string): HTMLElement => h('th', { scope: 'col', class: 'number' }, name)
