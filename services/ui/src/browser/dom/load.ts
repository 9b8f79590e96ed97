import { sentenceOf } from '../api/client.ts'
import { fill, h } from './h.ts'

/** Grey rows where something is on its way; they show after 150 ms by style, so that a quick answer does not flicker. */
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

/** The same where a whole page failed: it keeps its heading and leads on. */
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

/** What went wrong, in place of the part that failed; the rest of the page goes on. */
export function showFailure(place: Element, error: unknown, again?: () => void): void {
  fill(
    place,
    h('p', { class: 'error-text', role: 'alert' }, sentenceOf(error)),
    again && h('p', {}, h('button', { type: 'button', on: { click: again } }, 'Try again')),
  )
}
