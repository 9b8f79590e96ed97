import { bytes, clock, span, visible } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { markText } from '../dom/words.ts'
import type { Mark } from './mark.ts'

/** The tooltip of a mark. */
export interface Tip {
  readonly element: HTMLElement
  show(mark: Mark, x: number, y: number): void
  hide(): void
}

/** Creates a tooltip. It stays within its parent element. */
export function createTip(): Tip {
  const element = h('div', { class: 'tip', hidden: true })
  return {
    element,
    show(mark, x, y) {
      element.hidden = false
      fill(element, ...linesOf(mark))
      const { clientWidth, clientHeight } = element.parentElement ?? element
      const left = Math.min(x + 14, Math.max(4, clientWidth - element.offsetWidth - 8))
      element.style.left = `${left}px`
      element.style.top = `${Math.min(y + 14, Math.max(0, clientHeight - element.offsetHeight - 4))}px`
    },
    hide() {
      element.hidden = true
    },
  }
}

function linesOf({ row, delay }: Mark): readonly (HTMLElement | false)[] {
  const seconds =
    row.duration !== null && row.timescale ? ` · ${(row.duration / row.timescale).toFixed(2)} s` : ''
  const late = delay === null ? '' : ` · delay ${(delay / 1_000).toFixed(2)} s`
  return [
    h('div', { class: 'mono' }, visible(row.path).slice(-90)),
    h('div', {}, `${bytes(row.bytes)}${seconds} · ${clock(row.startedAt)} in ${span(row.ms)}${late}`),
    row.codes.length > 0 && h('div', {}, `${markText(row.worst)} ${row.codes.slice(0, 3).join(', ')}`),
  ]
}
