import { h } from '../dom/h.ts'
import { untrusted } from '../dom/words.ts'

const maxShownValues = 2_000

/** JSON as indented text, at most the first 2000 values. */
export function jsonView(value: unknown): HTMLElement {
  let left = maxShownValues
  const view = node(value, '')
  return h(
    'div',
    { class: 'json mono' },
    view,
    left < 0 && h('p', { class: 'muted' }, 'There is more; the API has it whole.'),
  )

  function node(part: unknown, name: string): HTMLElement {
    left--
    const label = name ? [h('span', { class: 'json-name' }, untrusted(name)), ': '] : []
    if (typeof part !== 'object' || part === null)
      return h('div', {}, label, untrusted(JSON.stringify(part) ?? ''))
    const entries = Object.entries(part)
    return h(
      'div',
      {},
      label,
      Array.isArray(part) ? '[' : '{',
      h(
        'div',
        { class: 'json-inner' },
        entries.map(([key, inner]) => (left > 0 ? node(inner, Array.isArray(part) ? '' : key) : null)),
      ),
      Array.isArray(part) ? ']' : '}',
    )
  }
}
