import { h } from './h.ts'

export interface Menu {
  /** The button with its menu. */
  readonly element: HTMLElement
  close(): void
}

/** A button that opens a box below it. `draw` fills the box at each opening. Escape or a click elsewhere closes it. */
export function createMenu(label: string, draw: (place: HTMLElement) => void): Menu {
  const box = h('div', { class: 'menu', hidden: true })
  const button = h(
    'button',
    { type: 'button', 'aria-expanded': 'false', on: { click: toggle } },
    `${label} ▾`,
  )
  const element = h('div', { class: 'menu-place', on: { keydown: closeByKey } }, button, box)
  return { element, close }

  function toggle(): void {
    if (!box.hidden) close()
    else open()
  }

  function open(): void {
    box.replaceChildren()
    draw(box)
    setOpen(true)
    document.addEventListener('pointerdown', closeElsewhere)
  }

  function close(): void {
    setOpen(false)
    document.removeEventListener('pointerdown', closeElsewhere)
  }

  function setOpen(isOpen: boolean): void {
    box.hidden = !isOpen
    button.setAttribute('aria-expanded', String(isOpen))
  }

  function closeElsewhere({ target }: Event): void {
    if (!(target instanceof Node && element.contains(target))) close()
  }

  function closeByKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || box.hidden) return
    event.stopPropagation()
    close()
    button.focus()
  }
}
