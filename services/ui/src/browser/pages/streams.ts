import { ApiError, getJson, sendJson } from '../api/client.ts'
import { followStates } from '../api/live.ts'
import type { ServerState, StreamSummary } from '../api/types.ts'
import { confirmTyped, openDialog } from '../dom/dialog.ts'
import { ago, bitrate, bytes, plural } from '../dom/format.ts'
import { showConnection, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { empty, mark, untrusted } from '../dom/words.ts'

/** Browsers open connections in reserve and let them end; that is no camera that was refused. */
const idleConnection = 'ERR_TLS_HANDSHAKE_TIMEOUT'

const main = startPage('Streams', [{ keys: '/', does: 'filter', act: () => search.focus() }])
const address = new URL(location.href)
const streams = new Map<number, StreamSummary>()
const cards = new Map<number, { readonly told: string; readonly element: HTMLElement }>()
const refusals: NonNullable<ServerState['refused']>[number][] = []
let isLoaded = false

const search = h('input', {
  type: 'search',
  placeholder: 'filter: interface, codec, finding…',
  'aria-label': 'Filter streams',
  value: address.searchParams.get('q') ?? '',
  on: { input: changeFilter },
})
const choices = ['all', 'live', 'errors'] as const
let choice = choices.find((name) => address.searchParams.has(name)) ?? 'all'
const chips = choices.map((name) =>
  h('button', { type: 'button', class: 'chip', on: { click: () => choose(name) } }, name),
)
const notice = h('div', { class: 'notice', hidden: true })
const grid = h('div', { class: 'cards' })
const problem = h('div', { role: 'alert' })

fill(
  main,
  h(
    'div',
    { class: 'page-head' },
    h('h1', {}, 'Streams'),
    h(
      'div',
      { class: 'page-actions' },
      h('button', { type: 'button', class: 'primary', on: { click: openNewStream } }, '+ New stream'),
    ),
  ),
  notice,
  h(
    'div',
    { class: 'toolbar' },
    search,
    h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' }, chips),
  ),
  problem,
  grid,
)
choose(choice)
void load()
followStates<ServerState>('/events?as=state', onState, showConnection)
setInterval(paint, 5_000)

async function load(): Promise<void> {
  try {
    let cursor: number | null = 0
    while (cursor !== null) {
      const page: { streams: StreamSummary[]; next_cursor: number | null } = await getJson(
        `/streams?summary=true&limit=200&cursor=${cursor}`,
      )
      for (const stream of page.streams) streams.set(stream.id, stream)
      cursor = page.next_cursor
    }
    isLoaded = true
    fill(problem)
    paint()
  } catch (error) {
    fill(
      problem,
      failure(error),
      h('button', { type: 'button', on: { click: () => void load() } }, 'Try again'),
    )
  }
}

function onState(state: ServerState): void {
  for (const stream of state.streams) streams.set(stream.id, { ...streams.get(stream.id), ...stream })
  for (const id of state.deleted ?? []) streams.delete(id)
  refusals.push(...(state.refused ?? []))
  paint()
}

function changeFilter(): void {
  keepInAddress('q', search.value)
  paint()
}

function choose(name: (typeof choices)[number]): void {
  choice = name
  for (const other of choices) keepInAddress(other, other === name && name !== 'all' ? 'true' : '')
  for (const [i, chip] of chips.entries()) chip.setAttribute('aria-pressed', String(choices[i] === name))
  paint()
}

function keepInAddress(name: string, value: string): void {
  if (value) address.searchParams.set(name, value)
  else address.searchParams.delete(name)
  history.replaceState(null, '', address)
}

function paint(): void {
  if (!isLoaded) return
  const now = Date.now()
  const recent = refusals.filter(({ at, code }) => now - Date.parse(at) < 600_000 && code !== idleConnection)
  notice.hidden = recent.length === 0
  const last = recent.at(-1)
  if (last)
    fill(
      notice,
      mark('warning'),
      ` ${plural(recent.length, 'handshake')} refused in the last 10 min: `,
      untrusted(last.address),
      ' ',
      untrusted(last.reason),
      ' ',
      h('a', { href: '/ui/devices' }, '→ Devices'),
    )
  const shown = [...streams.values()].filter(isShown).sort(byLiveThenNewest)
  if (streams.size === 0)
    return void fill(
      grid,
      empty(
        'No stream yet. A stream is the address that a camera pushes to.',
        h('a', { class: 'button primary', href: '/ui/connect' }, 'Connect a camera'),
      ),
    )
  if (shown.length === 0)
    return void fill(
      grid,
      empty('No stream matches.', h('button', { type: 'button', on: { click: showAll } }, 'Show all')),
    )
  const elements = shown.map((stream) => cardOf(stream, now))
  for (const [i, element] of elements.entries())
    if (grid.children[i] !== element) grid.insertBefore(element, grid.children[i] ?? null)
  while (grid.children.length > elements.length) grid.lastElementChild?.remove()
}

function showAll(): void {
  search.value = ''
  changeFilter()
  choose('all')
}

function isShown(stream: StreamSummary): boolean {
  if (choice === 'live' && !stream.live) return false
  if (choice === 'errors' && stream.error_uploads === 0) return false
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  const text = JSON.stringify([stream.id, stream.interface, stream.tracks, stream.top]).toLowerCase()
  return words.every((word) => text.includes(word))
}

const lastOf = ({ last_upload_at: last }: StreamSummary): number => (last ? Date.parse(last) : 0)

const byLiveThenNewest = (a: StreamSummary, b: StreamSummary): number =>
  Number(b.live ?? false) - Number(a.live ?? false) ||
  (a.live ? b.id - a.id : lastOf(b) - lastOf(a) || b.id - a.id)

/** The card of a stream; the same element as long as what it says is the same, so that its picture does not flicker. */
function cardOf(stream: StreamSummary, now: number): HTMLElement {
  const told = JSON.stringify([stream, activityOf(stream, now)])
  const known = cards.get(stream.id)
  if (known?.told === told) return known.element
  const picture = known?.element.querySelector<HTMLElement>('.picture')
  const element = card(stream, now, picture ?? null)
  cards.set(stream.id, { told, element })
  return element
}

function card(stream: StreamSummary, now: number, picture: HTMLElement | null): HTMLElement {
  const { id, uploads, top = [] } = stream
  const worst = top.find(({ severity }) => severity === 'error') ?? top[0]
  const verdict =
    uploads === 0
      ? h('a', { href: `/ui/connect?stream=${id}` }, '→ Connect a camera')
      : [
          stream.error_uploads > 0 && [mark('error', stream.error_uploads), ' '],
          (stream.warnings ?? 0) > 0 && [mark('warning', stream.warnings), ' '],
          stream.error_uploads === 0 &&
            !stream.warnings && [h('span', { class: 'ok-text' }, '✓ no errors'), ' '],
          worst && [
            worst.severity === 'note' && [mark('note'), ' '],
            h('span', { class: 'muted code' }, worst.code),
          ],
        ]
  return h(
    'article',
    { class: 'card' },
    pictureOf(stream, picture),
    h(
      'div',
      { class: 'card-body' },
      h(
        'h2',
        {},
        h('a', { href: `/ui/streams/${id}`, class: 'card-link' }, `Stream ${id}`),
        h('span', { class: 'muted' }, `${stream.interface}${stream.strict_mode ? ' · strict' : ''}`),
        h('span', { class: `activity ${stream.live ? 'is-live' : ''}` }, activityOf(stream, now)),
      ),
      h(
        'div',
        { class: 'card-tracks' },
        [...stream.tracks]
          .sort((a, b) => tracksFirst.indexOf(b.kind) - tracksFirst.indexOf(a.kind))
          .slice(0, 3)
          .map((track) =>
            h(
              'div',
              {},
              untrusted(track.name),
              h(
                'span',
                { class: 'muted' },
                ` ${[track.codec, track.width && `${track.width}×${track.height}`, track.bitrate && bitrate(track.bitrate)].filter(Boolean).join(' ')}`,
              ),
            ),
          ),
      ),
      h(
        'div',
        { class: 'muted' },
        uploads === 0
          ? 'nothing has arrived'
          : `${plural(uploads, 'upload')}${stream.bytes === undefined ? '' : ` · ${bytes(stream.bytes)}`}`,
      ),
      h('div', { class: 'card-verdict' }, verdict),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet card-delete',
        'aria-label': `Delete stream ${id}`,
        title: 'Delete…',
        on: { click: () => askDelete(id) },
      },
      '🗑',
    ),
  )
}

/** Kinds of tracks; the last is shown first. */
const tracksFirst: readonly StreamSummary['tracks'][number]['kind'][] = ['audio', 'video']

function activityOf({ live, uploads, last_upload_at: last }: StreamSummary, now: number): string {
  if (live) return '● live'
  if (uploads === 0) return '○ waiting'
  return last ? `○ ${ago(Date.parse(last), now)}` : '○ stopped'
}

function pictureOf({ id, preview }: StreamSummary, before: HTMLElement | null): HTMLElement {
  if (!preview) return h('div', { class: 'picture none' }, 'no picture yet')
  const src = `/uploads/${id}/${preview}/preview.mp4`
  if (before?.dataset.src === src) return before
  const video = h('video', {
    src,
    muted: true,
    playsinline: true,
    preload: 'metadata',
    tabindex: '-1',
    'aria-hidden': 'true',
  })
  video.muted = true
  const box = h('div', { class: 'picture', 'data-src': src }, video)
  video.addEventListener('loadeddata', () => {
    video.currentTime = video.buffered.length ? video.buffered.start(0) + 0.01 : 0
  })
  video.addEventListener('error', () => fill(box, h('span', {}, 'no picture')))
  return box
}

function askDelete(id: number): void {
  confirmTyped(
    `Delete stream ${id}`,
    'The stream, its log and all its bytes are removed for good.',
    String(id),
    'Delete',
    async () => {
      await sendJson('DELETE', `/streams/${id}`)
      streams.delete(id)
      paint()
    },
  )
}

function openNewStream(): void {
  const interfaces = [
    ['cmaf-ingest', 'CMAF ingest (Matter Interface-1): the camera sends CMAF tracks, no manifest is needed.'],
    ['dash', 'DASH (Matter Interface-2): session_N/index.mpd, init segments and numbered segments.'],
    ['hls', 'HLS (Matter Interface-2): a multivariant playlist, media playlists and numbered segments.'],
    ['hksv', 'HomeKit Secure Video: sealed media, an EVENT playlist anew after each segment.'],
  ] as const
  const radios = interfaces.map(([name, sentence], i) =>
    h(
      'label',
      { class: 'radio' },
      h('input', { type: 'radio', name: 'interface', value: name, checked: i === 0 }),
      h('span', {}, h('strong', {}, name), h('br'), h('span', { class: 'muted' }, sentence)),
    ),
  )
  const strict = h('input', { type: 'checkbox', name: 'strict' })
  const tracks = h('input', { type: 'text', placeholder: 'video, audio', 'aria-label': 'Expected tracks' })
  const failed = h('p', { class: 'error-text', role: 'alert' })
  const form = h(
    'form',
    { on: { submit: (event) => void create(event) } },
    h('fieldset', {}, h('legend', {}, 'Interface'), radios),
    h('label', { class: 'check' }, strict, 'strict: an upload with an error is answered 400'),
    h(
      'label',
      { class: 'field' },
      'Expected tracks ',
      h('span', { class: 'muted' }, '(optional, separated by commas)'),
      tracks,
    ),
    failed,
    h('div', { class: 'dialog-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Create')),
  )
  openDialog('New stream', form)

  async function create(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const kind = new FormData(form).get('interface')
    try {
      const { id } = await sendJson<{ id: number }>(
        'POST',
        `/streams?interface=${kind}${strict.checked ? '&strict=true' : ''}`,
      )
      const names = tracks.value
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean)
      if (names.length > 0)
        await sendJson('POST', `/streams/${id}/expectedTrackNames`, { expected_track_names: names })
      location.assign(`/ui/connect?stream=${id}`)
    } catch (error) {
      fill(failed, failure(error))
    }
  }
}

const failure = (error: unknown): HTMLElement =>
  h('p', { class: 'error-text' }, error instanceof ApiError ? error.message : String(error))
