import { h } from './h.ts'

export interface Tab {
  readonly id: string
  readonly label: string
  /** Fills a new panel each time the reader chooses the tab. */
  readonly show: (panel: HTMLElement) => void
}

export interface Tabs {
  readonly element: HTMLElement
  choose(id: string): void
}

/** Tabs by the pattern of WAI-ARIA: arrow keys move between tabs, and the panel shows the chosen one. */
export function createTabs(tabs: readonly Tab[], chosen: string, onChoose: (id: string) => void): Tabs {
  const panel = h('div', { role: 'tabpanel', class: 'tab-panel', tabindex: '0' })
  const buttons = tabs.map(({ id, label }) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${id}`,
        on: { click: () => choose(id), keydown: (event) => move(event, id) },
      },
      label,
    ),
  )
  const element = h(
    'div',
    { class: 'tabs' },
    h('div', { role: 'tablist', class: 'tab-list', 'aria-label': 'About this upload' }, buttons),
    panel,
  )
  show(tabs.some(({ id }) => id === chosen) ? chosen : (tabs[0]?.id ?? ''))
  return { element, choose }

  function choose(id: string): void {
    show(id)
    onChoose(id)
  }

  function show(id: string): void {
    for (const [i, tab] of tabs.entries()) {
      const button = buttons[i]
      button?.setAttribute('aria-selected', String(tab.id === id))
      button?.setAttribute('tabindex', tab.id === id ? '0' : '-1')
      if (tab.id !== id) continue
      panel.setAttribute('aria-labelledby', `tab-${id}`)
      // A new place for each tab, so that a tab which the reader has left cannot draw into this one.
      const place = h('div', {})
      panel.replaceChildren(place)
      tab.show(place)
    }
  }

  function move(event: KeyboardEvent, id: string): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    const next = tabs.at((tabs.findIndex((tab) => tab.id === id) + step) % tabs.length)
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    choose(next.id)
    buttons[tabs.indexOf(next)]?.focus()
  }
}
