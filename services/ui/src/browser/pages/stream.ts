import { getJson } from '../api/client.ts'
import { getFacts } from '../api/facts.ts'
import { parseFilter } from '../api/filter.ts'
import { followStates } from '../api/live.ts'
import { createStore } from '../api/store.ts'
import type { InFlight, Row, SessionState, Severity, StreamState } from '../api/types.ts'
import { copyButton, copyText } from '../dom/copy.ts'
import { ago, bytes, encodePath, plural, sessionName } from '../dom/format.ts'
import { announce, showConnection, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { empty, mark } from '../dom/words.ts'
import { createUploadView, curlOf, type UploadView, uploadTitle } from '../inspect/upload-view.ts'
import { createPlayer, type PlayerView, type Source } from '../player/player.ts'
import { createLog } from '../stream/log.ts'
import { createVerdict } from '../stream/verdict.ts'
import { readViewState, writeViewState } from '../stream/view-state.ts'
import { isManifest, type Lane } from '../timeline/marks.ts'
import type { Minute } from '../timeline/paint.ts'
import type { Range } from '../timeline/scale.ts'
import { createTimeline } from '../timeline/timeline.ts'

interface MinutesResponse {
  readonly begin: string | null
  /** By track: minute, uploads, bytes, worst severity. */
  readonly tracks: Readonly<Record<string, readonly (readonly [number, number, number, Severity | null])[]>>
}

const stream = location.pathname.split('/')[3] ?? ''
const view = readViewState(new URL(location.href))
const anyFinding = ({ worst }: Row) => worst === 'error' || worst === 'warning'
const main = startPage(`Stream ${stream}`, [
  { keys: 'j', does: 'next row', act: () => step(1, () => true) },
  { keys: 'k', does: 'previous row', act: () => step(-1, () => true) },
  { keys: 'n', does: 'next with a finding', act: () => step(1, anyFinding) },
  { keys: 'p', does: 'previous with a finding', act: () => step(-1, anyFinding) },
  { keys: 'N', does: 'next error', act: () => step(1, ({ worst }) => worst === 'error') },
  { keys: 'P', does: 'previous error', act: () => step(-1, ({ worst }) => worst === 'error') },
  { keys: 'Enter', does: 'open the upload on a page of its own', act: openWhole },
  { keys: 'Escape', does: 'close the panel', act: () => choose(null) },
  { keys: 'f', does: 'follow the end', act: () => log.follow() },
  { keys: '+', does: 'zoom in', act: () => timeline.zoom(1 / 1.5) },
  { keys: '-', does: 'zoom out', act: () => timeline.zoom(1.5) },
  { keys: '0', does: 'show all', act: () => timeline.showAll() },
  { keys: 'ArrowLeft', does: 'pan left', act: () => timeline.pan(-0.2) },
  { keys: 'ArrowRight', does: 'pan right', act: () => timeline.pan(0.2) },
  {
    keys: 'm',
    does: 'arrival or media axis',
    act: () => setAxis(view.axis === 'media' ? 'arrival' : 'media'),
  },
  { keys: '/', does: 'filter', act: () => log.search.focus() },
  { keys: '\\', does: 'filter off and on', act: () => log.toggleFilter() },
  { keys: '[', does: 'previous session', act: () => stepSession(-1) },
  { keys: ']', does: 'next session', act: () => stepSession(1) },
  ...[1, 2, 3, 4, 5, 6, 7].map((place) => ({
    keys: String(place),
    does: `tab ${place}`,
    act: () => uploadView?.chooseTab(place - 1),
  })),
  { keys: ' ', does: 'play and pause', act: () => (player ? player.toggle() : openPlayer()) },
  { keys: 'l', does: 'live edge', act: () => player?.goToLive() },
  { keys: 'c', does: 'copy as curl', act: () => void copyCurl() },
  {
    keys: 'y',
    does: 'copy link',
    act: () => void copyText(location.href).then(() => announce('link copied')),
  },
])

let state: StreamState | null = null
let uploadView: UploadView | null = null
let shownUpload: string | null = null
let inFlight: readonly InFlight[] = []
let isPainting = false
let createdAt: string | null | undefined
let hovered: string | null = null
let player: PlayerView | null = null
let isDeleted = false
let areRowsThere = false
let isVerdictThere = false
let minutes: readonly Minute[] = []
let minutesAt = Number.NEGATIVE_INFINITY
let windowTimer: ReturnType<typeof setTimeout> | undefined
let shownRows: Row[] = []
/** Of the server's clock against this machine's. */
let clockOffset = 0
const sessions = new Map<string, SessionState>()

document.body.classList.add('is-stream', 'settling')
setTimeout(settle, 1_500)
const heading = h('h1', {})
const activity = h('span', { class: 'activity' })
const address = h('span', { class: 'muted' })
const problem = h('div', { role: 'alert' })
const sessionBar = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sessions' })
const panel = h('aside', { class: 'panel', 'aria-label': 'Upload', hidden: true })
const playerPlace = h('div', { class: 'player-place' })
const uploadPlace = h('div', { class: 'upload-place' })
panel.append(playerPlace, uploadPlace)
const exportMenu = h('div', { class: 'menu', hidden: true })
const exportButton = h(
  'button',
  { type: 'button', 'aria-expanded': 'false', on: { click: toggleExport } },
  'Export ▾',
)
const store = createStore(stream, onRows, (sentence) => {
  if (!isDeleted) fill(problem, sentence && h('p', { class: 'error-text' }, sentence))
})
const verdict = createVerdict(
  stream,
  (code) => {
    view.q = `code:${code}`
    onView()
  },
  () => {
    isVerdictThere = true
    settle()
  },
)
const log = createLog({ stream, store, view, onChoose: choose, onHover: hover, onView, requestPaint })
const timeline = createTimeline({
  onChoose: (upload) => {
    choose(upload)
    log.reveal(upload)
  },
  onHover: hover,
  onRange: (range) => {
    view.from = range?.from ?? null
    view.to = range?.to ?? null
    onView()
  },
  onWindow: loadWindow,
  requestPaint,
})
const axes = (['arrival', 'media'] as const).map((axis) =>
  h('button', { type: 'button', title: 'Axis (m)', on: { click: () => setAxis(axis) } }, axis),
)
const playButton = h(
  'button',
  { type: 'button', class: 'small primary', on: { click: () => openPlayer() } },
  '▶ Play',
)
const timelineControls = h(
  'div',
  { class: 'spring controls' },
  playButton,
  h('span', { class: 'muted' }, 'axis'),
  h('span', { class: 'group', role: 'group', 'aria-label': 'Axis' }, axes),
  h(
    'span',
    { class: 'group', role: 'group', 'aria-label': 'Zoom' },
    h('button', { type: 'button', 'aria-label': 'Zoom out', on: { click: () => timeline.zoom(1.5) } }, '−'),
    h(
      'button',
      { type: 'button', 'aria-label': 'Zoom in', on: { click: () => timeline.zoom(1 / 1.5) } },
      '+',
    ),
    h('button', { type: 'button', on: { click: () => timeline.showAll() } }, 'all'),
  ),
)
const split = h('div', { class: 'split' }, log.element, panel)
const nothing = h('div', { hidden: true })

fill(
  main,
  h(
    'div',
    { class: 'page-head' },
    heading,
    activity,
    address,
    h(
      'div',
      { class: 'page-actions' },
      h('a', { class: 'button', href: `/ui/reports/${stream}` }, 'Report'),
      h('span', { class: 'menu-place' }, exportButton, exportMenu),
      h('a', { class: 'button', href: `/ui/connect?stream=${stream}` }, 'Connect'),
    ),
  ),
  problem,
  verdict.element,
  h('div', { class: 'controls' }, sessionBar, timelineControls),
  timeline.element,
  nothing,
  split,
)
showHead()
verdict.refresh(view.session)
addEventListener('popstate', () => {
  Object.assign(view, readViewState(new URL(location.href)))
  onView()
})
const following = followStates<StreamState>(`/streams/${stream}/events?as=state`, onState, showConnection)
if (view.upload) void showUpload()
if (view.from !== null && view.to !== null) timeline.showRange({ from: view.from, to: view.to })
keepMoving()

function onState(now: StreamState): void {
  if (now.deleted) return void showDeleted()
  if (createdAt !== undefined && now.created_at !== createdAt) store.clear()
  createdAt = now.created_at
  if (now.total < store.total) store.clear()
  const isNew =
    state === null ||
    now.total !== state.total ||
    now.errors !== state.errors ||
    now.warnings !== state.warnings
  state = now
  inFlight = now.in_flight
  clockOffset = Date.parse(now.at) - Date.now()
  for (const session of now.sessions) sessions.set(session.key, session)
  store.setProbed(now.probed)
  store.setTotal(now.total)
  if (isNew) verdict.refresh(view.session)
  log.update(inFlight)
  void readMinutes().catch(() => {})
  updateTimeline(false)
  showHead()
  showSessions()
  requestPaint()
}

/** The parts of the page show together, so that nothing moves when one of them comes later. */
function settle(): void {
  if (performance.now() < 1_500 && !(areRowsThere && isVerdictThere)) return
  document.body.classList.remove('settling')
}

/** What is loaded stays until the reader leaves. */
function showDeleted(): void {
  isDeleted = true
  following.close()
  showConnection({ kind: 'gone', since: Date.now() })
  fill(
    problem,
    h(
      'p',
      { class: 'error-text' },
      'This stream was deleted. What is loaded stays here until you leave. ',
      h('a', { href: '/ui/streams' }, 'Streams'),
    ),
  )
}

function onRows(): void {
  areRowsThere = true
  settle()
  log.update(inFlight)
  updateTimeline(true)
}

/** What of the timeline's window is not loaded is asked for once the window rests. */
function loadWindow({ from }: Range): void {
  clearTimeout(windowTimer)
  windowTimer = setTimeout(() => {
    const oldest = store.at(store.tailFrom)
    if (store.tailFrom > 0 && oldest && from < oldest.startedAt) store.wantFrom(from)
  }, 300)
}

/** An overview of all of a long log; what is loaded is a part of it. */
async function readMinutes(): Promise<void> {
  if (store.tailFrom === 0 || performance.now() - minutesAt < 30_000) return
  minutesAt = performance.now()
  const { begin, tracks } = await getJson<MinutesResponse>(`/streams/${stream}/uploads?view=minutes`)
  if (begin === null) return
  const start = Date.parse(begin)
  minutes = Object.values(tracks).flatMap((list) =>
    list.map(([minute, , bytes, worst]) => ({ at: start + minute * 60_000, bytes, worst })),
  )
  updateTimeline(false)
  requestPaint()
}

/** Kind of a track, as the init segment of the session it came in says. */
function kindOf(track: string): Lane['kind'] | null {
  for (const session of [...sessions.values()].reverse()) {
    const found = session.tracks.find(({ name }) => name === track)
    if (found?.kind === 'video' || found?.kind === 'audio') return found.kind
  }
  return null
}

/** Rows of the chosen session that are loaded up to the end. */
function updateTimeline(areRowsNew: boolean): void {
  if (areRowsNew) {
    shownRows = []
    for (const row of store.loaded())
      if (view.session === null || row.session === view.session) shownRows.push(row)
  }
  const filter = parseFilter(view.q)
  timeline.update({
    rows: shownRows,
    inFlight,
    axis: view.axis,
    isLive: state?.live ?? false,
    now: Date.now() + clockOffset,
    kindOf,
    minutes: store.tailFrom > 0 ? minutes : [],
    isLit: (row) => filter.isEmpty || filter.matches(row),
  })
  timeline.element.hidden = store.total === 0 && inFlight.length === 0
  for (const [i, button] of axes.entries())
    button.setAttribute('aria-pressed', String(['arrival', 'media'][i] === view.axis))
}

function movePlayhead({ session, time }: PlayerView): void {
  const first = firstMediaOf(session)
  if (first) timeline.setPlayhead(first.startedAt + time() * 1_000)
}

function hover(upload: string | null): void {
  if (hovered === upload) return
  hovered = upload
  requestPaint()
}

function setAxis(axis: 'arrival' | 'media'): void {
  view.axis = axis
  onView()
}

/** The live edge moves on, also when nothing arrives; it stands still for who wants less motion. */
function keepMoving(): void {
  setInterval(
    () => {
      if ((!state?.live && !player) || document.hidden) return
      updateTimeline(false)
      requestPaint()
    },
    matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 100,
  )
}

function onView(): void {
  writeViewState(view, false)
  verdict.refresh(view.session)
  log.update(inFlight)
  updateTimeline(true)
  showSessions()
  if (view.upload !== shownUpload) void showUpload()
  requestPaint()
}

function requestPaint(): void {
  if (isPainting) return
  isPainting = true
  requestAnimationFrame(() => {
    isPainting = false
    if (document.hidden) return
    log.paint(hovered)
    if (player) movePlayhead(player)
    timeline.paint(view.upload, hovered)
  })
}

function showHead(): void {
  fill(
    heading,
    h('a', { class: 'crumbs', href: '/ui/streams' }, 'Streams'),
    h('span', { class: 'muted' }, '/'),
    stream,
  )
  const url = `${location.origin}/streams/${stream}/`
  fill(
    address,
    state && `${plural(state.total, 'upload')} · ${bytes(state.bytes)} `,
    h('code', {}, url),
    ' ',
    copyButton(() => url),
  )
  activity.className = `activity ${state?.live ? 'is-live' : ''}`
  activity.textContent = activityOf()
  nothing.hidden = state === null || state.total > 0 || inFlight.length > 0
  split.hidden = !nothing.hidden
  if (!nothing.hidden)
    fill(
      nothing,
      empty(
        'Nothing has arrived yet.',
        h('a', { class: 'button primary', href: `/ui/connect?stream=${stream}` }, 'Connect a camera'),
      ),
    )
}

function activityOf(): string {
  if (!state) return ''
  if (state.live) return '● live'
  return state.last_upload_at
    ? `○ stopped ${ago(Date.parse(state.last_upload_at), Date.now() + clockOffset)}`
    : '○ waiting'
}

function showSessions(): void {
  const keys = [...sessions.keys()]
  if (keys.length === 0) return
  const chip = (key: string | null, ...label: (string | HTMLElement)[]) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(view.session === key),
        on: { click: () => chooseSession(key) },
      },
      label,
    )
  fill(
    sessionBar,
    chip(null, 'all sessions'),
    keys.slice(-40).map((key) => {
      const session = sessions.get(key)
      return chip(
        key,
        `${sessionName(key)} `,
        session?.phase === 'open' ? '●' : '',
        session && session.errors > 0
          ? mark('error', session.errors)
          : session && session.warnings > 0
            ? mark('warning')
            : mark(null),
      )
    }),
  )
}

function chooseSession(key: string | null): void {
  view.session = key
  onView()
}

function stepSession(step: number): void {
  const keys = [null, ...sessions.keys()]
  const next = keys[keys.indexOf(view.session) + step]
  if (next !== undefined) chooseSession(next)
}

function choose(upload: string | null): void {
  if (upload !== null) seekTo(upload)
  if (view.upload === upload) return
  view.upload = upload
  view.box = null
  writeViewState(view, true)
  void showUpload()
  requestPaint()
}

function showPanel(): void {
  const isOpen = view.upload !== null || player !== null
  panel.hidden = !isOpen
  split.classList.toggle('open', isOpen)
}

/** The chosen session, or the newest that can be played. */
function sessionToPlay(): string | null {
  if (view.session !== null) return view.session
  const playable = [...sessions.values()].filter((session) => session.playable)
  return (playable.at(-1) ?? [...sessions.values()].at(-1))?.key ?? null
}

function openPlayer(): void {
  player?.close()
  const session = sessionToPlay()
  player = createPlayer(stream, session, sourcesOf(session), () => {
    player = null
    timeline.setPlayhead(null)
    showPanel()
  })
  fill(playerPlace, player.element)
  showPanel()
}

/** What the device sent comes second: it plays only if the device is right. */
function sourcesOf(session: string | null): readonly Source[] {
  if (session === null) return []
  const sources: Source[] = []
  if (sessions.get(session)?.playable)
    sources.push({
      label: 'with our manifest',
      url: `/play/${stream}/${encodeURIComponent(session)}/manifest.mpd`,
    })
  const sent = manifestOf(session)
  if (sent) sources.push({ label: 'as sent', url: `/streams/${stream}/${encodePath(sent.path)}` })
  return sources
}

/** The newest MPD or multivariant playlist of a session: the one that is of no track. */
function manifestOf(session: string): Row | null {
  for (let position = store.total - 1; position >= store.tailFrom; position--) {
    const row = store.at(position)
    if (row && isManifest(row) && row.session === session && row.track === null && row.whole) return row
  }
  return null
}

/** Where the session's first media is on the wall clock. */
function firstMediaOf(session: string | null): Row | null {
  for (let position = store.tailFrom; position < store.total; position++) {
    const row = store.at(position)
    if (row && row.session === session && row.decodeTime !== null) return row
  }
  return null
}

function seekTo(upload: string): void {
  if (!player) return
  const row = shownRows.find((candidate) => candidate.upload === upload)
  const first = firstMediaOf(player.session)
  if (
    !row ||
    row.session !== player.session ||
    row.decodeTime === null ||
    !row.timescale ||
    !first?.timescale
  )
    return
  player.seek(row.decodeTime / row.timescale - (first.decodeTime ?? 0) / first.timescale)
}

function toggleExport(): void {
  const session = sessionToPlay()
  exportMenu.hidden = !exportMenu.hidden
  exportButton.setAttribute('aria-expanded', String(!exportMenu.hidden))
  if (session === null) return void fill(exportMenu, h('p', {}, 'There is no session yet.'))
  const link = (suffix: string, label: string) =>
    h(
      'a',
      {
        href: `/export/${stream}/${encodeURIComponent(session)}.${suffix}`,
        download: `stream-${stream}-session-${session.replace(/[^\w.-]/g, '_')}.${suffix}`,
      },
      label,
    )
  fill(
    exportMenu,
    h('p', { class: 'muted' }, `session ${sessionName(session)}`),
    link('mp4', 'MP4, all playable tracks'),
    link('zip', 'Zip, every upload as sent'),
    link('junit.xml', 'Report as JUnit'),
  )
}

function step(direction: 1 | -1, test: (row: Row) => boolean): void {
  const row = log.step(direction, test)
  if (!row) return
  choose(row.upload)
  log.reveal(row.upload)
}

async function showUpload(): Promise<void> {
  const upload = view.upload
  shownUpload = upload
  uploadView = null
  showPanel()
  if (upload === null) return void fill(uploadPlace)
  if (!uploadPlace.firstChild) loading(uploadPlace)
  try {
    const facts = await getFacts(stream, upload)
    if (view.upload !== upload) return
    uploadView = createUploadView(facts, {
      stream,
      tab: view.tab,
      box: view.box,
      onTab: (tab) => {
        view.tab = tab
        writeViewState(view, false)
      },
      onBox: (at) => {
        view.box = at
        writeViewState(view, false)
      },
    })
    fill(
      uploadPlace,
      h(
        'div',
        { class: 'panel-head' },
        h('h2', {}, uploadTitle(facts)),
        h(
          'a',
          {
            class: 'button small quiet',
            href: wholeUrl(facts.path, upload),
            'aria-label': 'Open on a page of its own',
            title: 'Open on a page of its own (Enter)',
          },
          '⤢',
        ),
        h(
          'button',
          {
            type: 'button',
            class: 'quiet small',
            'aria-label': 'Close',
            title: 'Close (Esc)',
            on: { click: () => choose(null) },
          },
          '✕',
        ),
      ),
      h('div', { class: 'panel-body' }, uploadView.element),
    )
  } catch (error) {
    showFailure(uploadPlace, error, () => void showUpload())
  }
}

const wholeUrl = (path: string, upload: string) =>
  `/ui/streams/${stream}/${encodePath(path)}?version=${upload}&tab=${view.tab}`

function openWhole(): void {
  const link = panel.querySelector<HTMLAnchorElement>('.panel-head a')
  if (link) location.assign(link.href)
}

async function copyCurl(): Promise<void> {
  if (!view.upload) return
  await copyText(curlOf(await getFacts(stream, view.upload), stream))
  announce('curl command copied')
}
