import { ApiError, getJson, sendJson } from '../api/client.ts'
import { followStates } from '../api/live.ts'
import { mayBeDevice } from '../api/refusals.ts'
import type { ServerState, StreamSummary } from '../api/types.ts'
import { confirmTyped, openDialog } from '../dom/dialog.ts'
import { plural } from '../dom/format.ts'
import { showConnection, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading } from '../dom/load.ts'
import { empty, mark, untrusted } from '../dom/words.ts'
import { createCard, type StreamCard } from '../streams/card.ts'

/** How many cards more each press of the button shows. */
const pageSize = 120

const main = startPage('Streams', [{ keys: '/', does: 'filter', act: () => search.focus() }])
const address = new URL(location.href)
const streams = new Map<number, StreamSummary>()
const cards = new Map<number, StreamCard>()
const refusals: NonNullable<ServerState['refused']>[number][] = []
let isLoaded = false
let maxShown = pageSize

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
const toolbar = h(
  'div',
  { class: 'toolbar' },
  search,
  h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' }, chips),
)
const more = h('button', { type: 'button', hidden: true, on: { click: showMore } })
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
  toolbar,
  problem,
  grid,
  h('p', { class: 'more' }, more),
)
loading(grid)
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
    fill(grid)
    fill(
      problem,
      failure(error),
      h('button', { type: 'button', on: { click: () => void load() } }, 'Try again'),
    )
  }
}

function onState(state: ServerState): void {
  for (const stream of state.streams) streams.set(stream.id, { ...streams.get(stream.id), ...stream })
  for (const id of state.deleted ?? []) forget(id)
  refusals.push(...(state.refused ?? []).filter(mayBeDevice))
  paint()
}

function changeFilter(): void {
  keepInAddress('q', search.value)
  maxShown = pageSize
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
  if (!isLoaded || document.hidden) return
  const now = Date.now()
  const recent = refusals.filter(({ at }) => now - Date.parse(at) < 600_000)
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
  more.hidden = shown.length <= maxShown
  more.textContent = `${plural(shown.length - maxShown, 'more stream')}`
  toolbar.hidden = streams.size === 0
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
  for (const [i, stream] of shown.slice(0, maxShown).entries()) {
    const { element, update } = cardOf(stream.id)
    update(stream, now)
    if (grid.children[i] !== element) grid.insertBefore(element, grid.children[i] ?? null)
  }
  while (grid.children.length > Math.min(maxShown, shown.length)) grid.lastElementChild?.remove()
}

function showMore(): void {
  maxShown += pageSize
  paint()
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

function cardOf(id: number): StreamCard {
  const known = cards.get(id)
  if (known) return known
  const card = createCard(id, () => askDelete(id))
  cards.set(id, card)
  return card
}

function forget(id: number): void {
  streams.delete(id)
  cards.delete(id)
}

function askDelete(id: number): void {
  confirmTyped(
    `Delete stream ${id}`,
    'The stream, its log and all its bytes are removed for good.',
    String(id),
    'Delete',
    async () => {
      await sendJson('DELETE', `/streams/${id}`)
      forget(id)
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
