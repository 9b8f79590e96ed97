import type { SessionState } from '../api/types.ts'
import { sessionName, visible } from '../dom/format.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { redraw } from '../dom/redraw.ts'
import { mark } from '../dom/words.ts'
import type { Sessions } from './sessions.ts'
import type { ViewState } from './view-state.ts'

/** The chips with which the reader chooses one session, or all. */
export interface SessionChips {
  readonly element: HTMLElement
  show(): void
  /** Chooses the session before (-1) or after (1) the chosen one; `all sessions` comes first. */
  step(step: 1 | -1): void
}

const maxChips = 40

export function createSessionChips(view: ViewState, sessions: Sessions, onView: () => void): SessionChips {
  const element = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sessions' })
  let shownText = ''
  return { element, show, step }

  /** Draws the chips when they have changed. Uploads whose path names no session form a session of their own. */
  function show(): void {
    const all = sessions.all()
    // When no path names a session, there is nothing to choose from.
    if (all.length === 0 || (all.length === 1 && all[0]?.key === 'none')) return
    const shown = all.slice(-maxChips)
    const text = JSON.stringify([
      view.session,
      shown.map(({ key, phase, errors, warnings }) => [key, phase, errors, warnings]),
    ])
    if (text === shownText) return
    shownText = text
    redraw(element, () => fill(element, chip(null, 'all sessions'), shown.map(chipOf)))
  }

  function chipOf({ key, phase, errors, warnings }: SessionState): HTMLElement {
    return chip(
      key,
      `${visible(sessionName(key))} `,
      phase === 'open' ? '● ' : '',
      errors > 0 ? mark('error', errors) : mark(warnings > 0 ? 'warning' : null),
    )
  }

  function chip(key: string | null, ...label: readonly Child[]): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(view.session === key),
        on: { click: () => choose(key) },
      },
      label,
    )
  }

  function choose(key: string | null): void {
    view.session = key
    onView()
  }

  function step(step: 1 | -1): void {
    const keys = [null, ...sessions.all().map(({ key }) => key)]
    const next = keys[keys.indexOf(view.session) + step]
    if (next !== undefined) choose(next)
  }
}
