import { h } from '../dom/h.ts'

const storageItem = 'panel-width'
/** Width of the right part in percent. */
const [narrowest, usual, widest] = [25, 40, 75]

/**
 * The border between two parts side by side. The reader drags it or moves it by arrow keys; the browser stores where.
 */
export function createSplitter(parts: HTMLElement): HTMLElement {
  let percent = clamped(Number(localStorage.getItem(storageItem)) || usual)
  const element = h('div', {
    class: 'splitter',
    role: 'separator',
    tabindex: '0',
    'aria-orientation': 'vertical',
    'aria-label': 'Width of the panel',
    'aria-valuemin': narrowest,
    'aria-valuemax': widest,
    title: 'Drag; double click for the usual width',
    on: {
      pointerdown: (event) => element.setPointerCapture(event.pointerId),
      pointermove: drag,
      keydown: move,
    },
  })
  element.addEventListener('dblclick', () => set(usual))
  set(percent)
  return element

  function set(now: number): void {
    percent = clamped(now)
    parts.style.setProperty('--panel-width', `${percent}%`)
    element.setAttribute('aria-valuenow', String(Math.round(percent)))
    localStorage.setItem(storageItem, String(percent))
  }

  function drag(event: PointerEvent): void {
    if (!element.hasPointerCapture(event.pointerId)) return
    const { right, width } = parts.getBoundingClientRect()
    set(((right - event.clientX) / width) * 100)
  }

  function move(event: KeyboardEvent): void {
    const step = { ArrowLeft: 2, ArrowRight: -2 }[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    set(percent + step)
  }
}

const clamped = (percent: number): number => Math.min(widest, Math.max(narrowest, percent))
