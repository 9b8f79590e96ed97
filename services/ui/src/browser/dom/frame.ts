import type { ConnectionStatus } from '../api/live.ts'
import { clockSeconds } from './format.ts'
import { h } from './h.ts'
import { bindKeys, type Key } from './keys.ts'
import { showAccess } from './show-access.ts'

/** Starts the shell of this page: title, theme, keys, sign-in. Returns the element for the content of the page. */
export function startPage(title: string, keys: readonly Key[] = []): HTMLElement {
  const main = element('main')
  element('theme').addEventListener('click', switchTheme)
  const goes = [
    ['s', 'streams', '/ui/streams'],
    ['c', 'certificates', '/ui/certificates'],
    ['d', 'devices', '/ui/devices'],
    ['n', 'connect a camera', '/ui/connect'],
  ] as const
  bindKeys([
    ...keys,
    ...goes.map(([key, does, path]) => ({ keys: `g ${key}`, does, act: () => location.assign(path) })),
    { keys: 't', does: 'theme', act: switchTheme },
  ])
  setTitle(title)
  void showAccess(main)
  return main
}

export function setTitle(title: string): void {
  document.title = `${title} · push-av-server`
}

const themes = ['', 'light', 'dark'] as const

function switchTheme(): void {
  const now = themes.findIndex((theme) => theme === (document.documentElement.dataset.theme ?? ''))
  const next = themes[(now + 1) % themes.length] ?? ''
  if (next) document.documentElement.dataset.theme = next
  else delete document.documentElement.dataset.theme
  localStorage.setItem('theme', next)
  announce(`theme: ${next || 'as the system'}`)
  dispatchEvent(new Event('themechange'))
}

/** Shows in the page's head whether states arrive from the server. */
export function showConnection(status: ConnectionStatus): void {
  const place = element('connection')
  place.className = `connection ${status.kind}`
  const text = {
    live: () => 'live',
    connecting: () => 'connecting',
    reconnecting: () => 'reconnecting',
    away: () => `server away since ${clockSeconds(status.since)}`,
    gone: () => 'gone',
    'index-away': () => 'Redis is away: uploads are kept, verdicts come later',
  }[status.kind]()
  place.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), text)
}

const announcementIntervalMs = 10_000
/** When the page announced something, of `performance.now`; a page has one place for announcements. */
let announcedAt = 0

/**
 * Makes screen readers read a sentence: at most one in ten seconds, unless it is urgent. Returns whether they read it.
 */
export function announce(sentence: string, isUrgent = true): boolean {
  if (!isUrgent && performance.now() - announcedAt < announcementIntervalMs) return false
  announcedAt = performance.now()
  element('announcements').textContent = sentence
  return true
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the shell has no #${id}`)
  return found
}
