import { type Child, h } from '../dom/h.ts'
import { empty } from '../dom/words.ts'

/** The page of a stream that does not exist. */
export const unknownStream = (stream: string): Child => [
  h('h1', {}, `Stream ${stream}`),
  empty(
    'There is no such stream on this server. It may have been deleted.',
    h('a', { class: 'button primary', href: '/ui/streams' }, 'All streams'),
  ),
]

/** The sentence above the page of a stream that was deleted while the page was open. */
export const deletedStream = (): HTMLElement =>
  h(
    'p',
    { class: 'error-text' },
    'This stream was deleted. What is loaded stays here until you leave. ',
    h('a', { href: '/ui/streams' }, 'Streams'),
  )

/** The hint in place of the log before the first upload. */
export const nothingYet = (stream: string): HTMLElement =>
  h(
    'div',
    { hidden: true },
    empty(
      'Nothing has arrived yet.',
      h('a', { class: 'button primary', href: `/ui/connect?stream=${stream}` }, 'Connect a camera'),
    ),
  )
