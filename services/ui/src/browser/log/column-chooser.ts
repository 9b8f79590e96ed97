import { h } from '../dom/h.ts'
import { createMenu } from '../dom/menu.ts'
import { logColumns } from './columns.ts'

export interface ColumnChooser {
  readonly element: HTMLElement
  /** Shows the columns that were chosen last. */
  apply(): void
}

const storageItem = 'log-columns'
const usual = ['time', 'delta', 'method', 'path', 'size', 'ms', 'status', 'worst', 'probe']

/** Which columns the log shows; the choice is kept in this browser. */
export function createColumnChooser(onChoose: (names: ReadonlySet<string>) => void): ColumnChooser {
  const chosen = new Set(readChoice())
  const menu = createMenu('Columns', (place) =>
    place.append(
      ...logColumns(() => null).map(({ name, label }) => {
        const box = h('input', {
          type: 'checkbox',
          checked: chosen.has(name),
          on: { change: () => toggle(name) },
        })
        return h('label', { class: 'check' }, box, label)
      }),
    ),
  )
  menu.element.classList.add('column-chooser')
  return { element: menu.element, apply: () => onChoose(chosen) }

  /** The path stays: without it a row says nothing. */
  function toggle(name: string): void {
    if (!chosen.delete(name)) chosen.add(name)
    chosen.add('path')
    localStorage.setItem(storageItem, JSON.stringify([...chosen]))
    onChoose(chosen)
  }
}

function readChoice(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageItem) ?? 'null')
    return Array.isArray(kept) ? ['path', ...kept.map(String)] : usual
  } catch {
    return usual
  }
}
