import { getJson, sendJson, sentenceOf } from '../api/client.ts'
import { followStates } from '../api/live.ts'
import type { ServerState, StreamSummary } from '../api/types.ts'
import { confirmTyped } from '../dom/dialog.ts'
import { plural } from '../dom/format.ts'
import { showConnection, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading } from '../dom/load.ts'
import { empty } from '../dom/words.ts'
import { createCard, type StreamCard } from '../streams/card.ts'
import { openNewStream } from '../streams/new-stream.ts'
import { createRefusalNotice } from '../streams/refusal-notice.ts'
import { createStreamFilter } from '../streams/stream-filter.ts'

/** How many more cards each press of the button shows. */
const pageCards = 120

const main = startPage('Streams', [{ keys: '/', does: 'filter', act: () => filter.search.focus() }])
const streams = new Map<number, StreamSummary>()
const cards = new Map<number, StreamCard>()
let isLoaded = false
let maxCards = pageCards

const filter = createStreamFilter(() => {
  maxCards = pageCards
  paint()
}, paint)
const notice = createRefusalNotice()
const grid = h('div', { class: 'cards' })
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
  notice.element,
  filter.element,
  problem,
  grid,
  h('p', { class: 'more' }, more),
)
loading(grid)
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
      h('p', { class: 'error-text' }, sentenceOf(error)),
      h('button', { type: 'button', on: { click: () => void load() } }, 'Try again'),
    )
  }
}

function onState(state: ServerState): void {
  for (const stream of state.streams) streams.set(stream.id, { ...streams.get(stream.id), ...stream })
  for (const id of state.deleted ?? []) forget(id)
  notice.add(state.refused ?? [])
  paint()
}

function paint(): void {
  if (!isLoaded || document.hidden) return
  const now = Date.now()
  notice.paint(now)
  const found = [...streams.values()].filter(filter.matches).sort(byLiveThenNewest)
  more.hidden = found.length <= maxCards
  more.textContent = `${plural(found.length - maxCards, 'more stream')}`
  filter.element.hidden = streams.size === 0
  if (found.length === 0) fill(grid, streams.size === 0 ? noStream() : noMatch())
  else paintCards(found.slice(0, maxCards), now)
}

const noStream = (): HTMLElement =>
  empty(
    'No stream yet. A stream is the address that a camera pushes to.',
    h('a', { class: 'button primary', href: '/ui/connect' }, 'Connect a camera'),
  )

const noMatch = (): HTMLElement =>
  empty('No stream matches.', h('button', { type: 'button', on: { click: filter.clear } }, 'Show all'))

/** Updates the cards and moves only those in another place, so that the others keep focus and picture. */
function paintCards(shown: readonly StreamSummary[], now: number): void {
  for (const [i, stream] of shown.entries()) {
    const { element, update } = cardOf(stream.id)
    update(stream, now)
    if (grid.children[i] !== element) grid.insertBefore(element, grid.children[i] ?? null)
  }
  while (grid.children.length > shown.length) grid.lastElementChild?.remove()
}

function showMore(): void {
  maxCards += pageCards
  paint()
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
