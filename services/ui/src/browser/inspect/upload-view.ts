import type { UploadFacts } from '../api/types.ts'
import { copyButton } from '../dom/copy.ts'
import { bytes, clock, dayAndClock, encodePath, grouped, plural, shellWord, span } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { createTabs, type Tab } from '../dom/tabs.ts'
import { mark, untrusted } from '../dom/words.ts'
import { certificateTab } from './certificate.ts'
import { findingsView } from './findings.ts'
import { headersView } from './headers.ts'
import { probeTab } from './probe.ts'
import { textTab } from './text.ts'

export interface UploadViewOptions {
  readonly stream: string
  readonly tab: string
  readonly box: number | null
  readonly onTab: (tab: string) => void
  readonly onBox: (at: number) => void
}

export interface UploadView {
  readonly element: HTMLElement
  /** Chooses the tab at an index, from 0. */
  chooseTab(place: number): void
}

/** The view of one upload: its facts and tabs with everything about it. */
export function createUploadView(facts: UploadFacts, options: UploadViewOptions): UploadView {
  const { stream } = options
  const tabs = tabsOf(facts, options)
  const { element, choose } = createTabs(tabs, options.tab, options.onTab)
  return {
    element: h('div', { class: 'upload-view' }, factsLine(facts), actions(facts, stream), element),
    chooseTab(place) {
      const tab = tabs[place]
      if (tab) choose(tab.id)
    },
  }
}

function tabsOf(facts: UploadFacts, { stream, box, onBox }: UploadViewOptions): readonly Tab[] {
  const isManifest =
    ['mpd', 'hls', 'manifest', 'playlist'].includes(facts.kind) || /\.(mpd|m3u8)$/i.test(facts.path)
  const linkOf = (code: string) => `/ui/streams/${stream}?q=${encodeURIComponent(`code:${code}`)}`
  const all: readonly (Tab | false)[] = [
    {
      id: 'findings',
      label: `Findings${facts.findings.length ? ` ${facts.findings.length}` : ''}`,
      show: (panel) => panel.append(findingsView(facts.findings, linkOf)),
    },
    facts.whole && { id: 'probe', label: 'Probe', show: (panel) => probeTab(panel, stream, facts.path) },
    isManifest && {
      id: 'text',
      label: 'Text',
      show: (panel) => textTab(panel, stream, facts.id, facts.bytes),
    },
    !isManifest && {
      id: 'boxes',
      label: 'Boxes',
      show: later(
        () => import('./boxes.ts'),
        (panel, { boxesTab }) => boxesTab(panel, stream, facts.id, facts.bytes, box, onBox),
      ),
    },
    {
      id: 'hex',
      label: 'Hex',
      show: later(
        () => import('./hex.ts'),
        (panel, { hexTab }) => hexTab(panel, stream, facts.id, facts.bytes),
      ),
    },
    { id: 'headers', label: 'Headers', show: (panel) => panel.append(headersView(facts, stream)) },
    {
      id: 'reference',
      label: 'Reference',
      show: later(
        () => import('./reference.ts'),
        (panel, { referenceTab }) => referenceTab(panel, stream, facts.id),
      ),
    },
    { id: 'certificate', label: 'Certificate', show: (panel) => certificateTab(panel, facts, stream) },
  ]
  return all.filter((tab) => tab !== false)
}

/** Shows a tab whose module is loaded only when the reader opens it, as few readers do. */
const later =
  <Module>(load: () => Promise<Module>, draw: (panel: HTMLElement, module: Module) => void) =>
  (panel: HTMLElement): void => {
    loading(panel)
    load().then(
      (module) => draw(panel, module),
      (error) => showFailure(panel, error),
    )
  }

function factsLine(facts: UploadFacts): HTMLElement {
  const { media } = facts
  const ms = Date.parse(facts.received_at) - Date.parse(facts.started_at)
  const declared = facts.sender.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  const size = facts.whole
    ? bytes(facts.bytes)
    : `cut off after ${grouped(facts.bytes)} ${declared ? `of ${grouped(Number(declared))} ` : ''}bytes`
  const seconds = (value: number | null | undefined) =>
    value == null || !media?.timescale ? null : (value / media.timescale).toFixed(3)
  const parts = [
    // Its kind is that of its first bytes, and it holds a whole track.
    facts.parts ? `one long request in ${plural(facts.parts, 'part')}` : facts.kind,
    size,
    `in ${span(ms)}`,
    seconds(media?.duration) && `${seconds(media?.duration)} s of media`,
    seconds(media?.decode_time) && `decode time ${seconds(media?.decode_time)} s`,
    media?.sequence != null && `sequence ${media.sequence}`,
    facts.status && `answered ${facts.status}`,
  ]
  const device = facts.sender.device
  return h(
    'div',
    { class: 'upload-facts' },
    h('div', {}, parts.filter(Boolean).join(' · ')),
    facts.fault && h('div', {}, `On purpose, by a fault rule, this server ${facts.fault.does}.`),
    h(
      'div',
      { class: 'muted' },
      h(
        'time',
        { datetime: facts.started_at, title: dayAndClock(Date.parse(facts.started_at)) },
        clock(Date.parse(facts.started_at)),
      ),
      ' · ',
      device ? [untrusted(device.subject)] : 'no certificate',
      ` · ${facts.sender.tls_version} · HTTP/${facts.sender.http_version} · `,
      untrusted(`${facts.sender.address}:${facts.sender.port}`),
    ),
  )
}

function actions(facts: UploadFacts, stream: string): HTMLElement {
  const url = `/uploads/${stream}/${facts.id}`
  return h(
    'div',
    { class: 'upload-actions' },
    h('a', { class: 'button small', href: url, download: fileName(facts.path) }, 'Download'),
    copyButton(() => curlOf(facts, stream), 'Copy as curl'),
    copyButton(
      () => `${location.origin}/ui/streams/${stream}/${encodePath(facts.path)}?version=${facts.id}`,
      'Copy link',
    ),
    facts.init && h('a', { class: 'button small', href: `${url}/preview.mp4` }, 'preview.mp4'),
  )
}

/** A name for a downloaded file: the last part of the path, without characters that file systems do not allow. */
const fileName = (path: string): string =>
  (path.split('/').at(-1) ?? '').replace(/[^\w.()-]+/g, '_') || 'upload'

/** A shell line that sends the request again. Every text from the device is quoted. */
export function curlOf(facts: UploadFacts, stream: string): string {
  const left = /^(host|content-length|transfer-encoding|connection|expect|user-agent|accept)$/i
  const headers = facts.sender.headers
    .filter(([name]) => !left.test(name))
    .map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`)
  const url = `${location.origin}/streams/${stream}/${encodePath(facts.path)}`
  return [
    'curl --cacert root.pem --cert dev.pem --key dev.key',
    `-X ${shellWord(facts.method)}`,
    ...headers,
    `--data-binary @${shellWord(fileName(facts.path))}`,
    shellWord(url),
  ].join(' ')
}

/** Path and verdict of an upload. */
export function uploadTitle(facts: UploadFacts): HTMLElement {
  const counts = (['error', 'warning', 'note'] as const).map(
    (severity) =>
      [severity, facts.findings.filter((finding) => finding.severity === severity).length] as const,
  )
  const found = counts.filter(([, count]) => count > 0)
  return h(
    'span',
    { class: 'upload-title' },
    h('span', { class: 'mono' }, untrusted(facts.path)),
    ' ',
    found.length === 0 ? mark(null) : found.map(([severity, count]) => [mark(severity, count), ' ']),
  )
}
