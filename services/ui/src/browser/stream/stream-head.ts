import { getJson } from '../api/client.ts'
import type { About, StreamState, StreamSummary } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { ago, bytes, plural, sessionName } from '../dom/format.ts'
import { setTitle } from '../dom/frame.ts'
import { h, setText } from '../dom/h.ts'
import { createMenu } from '../dom/menu.ts'

/** The head of the page: the stream, whether it is live, and links to other pages about it. */
export interface StreamHead {
  readonly element: HTMLElement
  /** Shows a state; `now` is the server's time in milliseconds since 1970. */
  show(state: StreamState, now: number): void
}

/** Calls `sessionToExport` when the reader opens the menu; it returns null when there is no session. */
export function createStreamHead(stream: string, sessionToExport: () => string | null): StreamHead {
  const kind = h('span', { class: 'muted' })
  const activity = h('span', { class: 'activity' })
  const amount = h('span', { class: 'muted' })
  const publishingPoint = h('code', {})
  const exportMenu = createMenu('Export', (place) => place.append(...exportsOf(stream, sessionToExport())))
  const element = h(
    'div',
    { class: 'page-head' },
    h(
      'h1',
      {},
      h('a', { class: 'crumbs', href: '/ui/streams' }, 'Streams'),
      h('span', { class: 'muted' }, '/'),
      stream,
    ),
    kind,
    activity,
    amount,
    h(
      'span',
      { class: 'muted publishing-point' },
      publishingPoint,
      ' ',
      copyButton(() => publishingPoint.textContent ?? ''),
    ),
    h(
      'div',
      { class: 'page-actions' },
      h('a', { class: 'button', href: `/ui/reports/${stream}` }, 'Report'),
      h('a', { class: 'button', href: `/ui/compare?a=${stream}` }, 'Compare'),
      h('a', { class: 'button', href: `/ui/faults/${stream}` }, 'Faults'),
      exportMenu.element,
      h('a', { class: 'button', href: `/ui/connect?stream=${stream}` }, 'Connect'),
    ),
  )
  showPort(Number(location.port || 443))
  void readPort().catch(() => {})
  void readKind().catch(() => {})
  return { element, show }

  function show(state: StreamState, now: number): void {
    setTitle(`${state.errors > 0 ? `✕ ${state.errors} · ` : ''}Stream ${stream}`)
    setText(amount, `${plural(state.total, 'upload')} · ${bytes(state.bytes)}`)
    activity.classList.toggle('is-live', state.live)
    setText(activity, activityOf(state, now))
  }

  function showPort(port: number): void {
    setText(publishingPoint, `https://${location.hostname}:${port}/streams/${stream}/`)
  }

  /** Reads the port for devices, which differs from the port of this page. */
  async function readPort(): Promise<void> {
    const { port } = await getJson<About>('/about')
    if (port !== null) showPort(port)
  }

  async function readKind(): Promise<void> {
    const summary = await getJson<StreamSummary>(`/streams/${stream}?summary=true`)
    kind.textContent = `${summary.interface}${summary.strict_mode ? ' · strict' : ''}`
  }
}

function activityOf({ live, last_upload_at: last }: StreamState, now: number): string {
  if (live) return '● live'
  return last ? `○ stopped ${ago(Date.parse(last), now)}` : '○ waiting'
}

/** Links to downloads of a session. */
function exportsOf(stream: string, session: string | null): readonly HTMLElement[] {
  if (session === null) return [h('p', {}, 'There is no session yet.')]
  const fileName = `stream-${stream}-session-${session.replace(/[^\w.-]/g, '_')}`
  const link = (suffix: string, label: string) =>
    h(
      'a',
      {
        href: `/export/${stream}/${encodeURIComponent(session)}.${suffix}`,
        download: `${fileName}.${suffix}`,
      },
      label,
    )
  return [
    h('p', { class: 'muted' }, sessionName(session)),
    link('mp4', 'MP4, all playable tracks'),
    link('zip', 'Zip, every upload as sent'),
    link('junit.xml', 'Report as JUnit'),
    h('a', { href: `/har/${stream}?session=${encodeURIComponent(session)}` }, 'HTTP archive (HAR)'),
  ]
}
