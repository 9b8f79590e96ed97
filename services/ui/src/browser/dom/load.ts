import { sentenceOf } from '../api/client.ts'
import { fill, h } from './h.ts'

/**
 * Shows grey rows while something loads. A style shows them after 150 ms, so that a quick response does not flicker.
 */
export function loading(place: Element): void {
  fill(
    place,
    h(
      'div',
      { class: 'skeleton', role: 'status' },
      h('span', { class: 'visually-hidden' }, 'loading'),
      h('div'),
      h('div'),
      h('div'),
    ),
  )
}

/** Shows why a whole page failed, below its heading and with a link back. `again` is called to try again. */
export function showPageFailure(
  main: Element,
  title: string,
  error: unknown,
  back: { readonly href: string; readonly text: string },
  again: () => void,
): void {
  const place = h('div', {})
  showFailure(place, error, again)
  fill(main, h('h1', {}, title), place, h('p', {}, h('a', { href: back.href }, back.text)))
}

/** Shows why a part of a page failed, in place of that part, with a button for `again`. */
export function showFailure(place: Element, error: unknown, again?: () => void): void {
  fill(
    place,
    h('p', { class: 'error-text', role: 'alert' }, sentenceOf(error)),
    again && h('p', {}, h('button', { type: 'button', on: { click: again } }, 'Try again')),
  )
}
