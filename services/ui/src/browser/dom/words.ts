import type { Severity } from '../api/types.ts'
import { visible } from './format.ts'
import { type Child, h } from './h.ts'

const marks = { error: '✕', warning: '▲', note: '•', ok: '✓' } as const
const names = { error: 'error', warning: 'warning', note: 'note', ok: 'no finding' } as const

/** A severity as a sign with its name for screen readers, and optionally a count. Null means no finding. */
export function mark(severity: Severity | null, count?: number): HTMLElement {
  const name = severity ?? 'ok'
  const text = count === undefined ? marks[name] : `${marks[name]} ${count}`
  return h(
    'span',
    { class: `mark ${name}`, title: names[name] },
    text,
    h(
      'span',
      { class: 'visually-hidden' },
      ` ${names[name]}${count === 1 || count === undefined ? '' : 's'}`,
    ),
  )
}

/** The sign of a severity. */
export const markText = (severity: Severity | null): string => marks[severity ?? 'ok']

const maxShownCharacters = 300

/** A text from a device: isolated from the direction of the text around it, without invisible characters, shortened. */
export function untrusted(text: string): HTMLElement {
  const shown = visible(text)
  if (shown.length <= maxShownCharacters) return h('bdi', {}, shown)
  const bdi = h('bdi', {}, `${shown.slice(0, maxShownCharacters)}…`)
  const more = h('button', { class: 'quiet small', type: 'button', on: { click: showAll } }, 'show all')
  const whole = h('span', { class: 'long' }, bdi, ' ', more)
  return whole

  function showAll(): void {
    bdi.textContent = shown
    more.remove()
  }
}

/** A sentence for a place with nothing to show, and what the reader can do next. */
export const empty = (sentence: string, ...next: readonly Child[]): HTMLElement =>
  h('div', { class: 'empty' }, h('p', {}, sentence), next.length > 0 && h('p', {}, next))
