import { ApiError, getJson } from '../api/client.ts'
import { getFacts } from '../api/facts.ts'
import { parseFilter } from '../api/filter.ts'
import { followStates } from '../api/live.ts'
import { rowsOf } from '../api/rows.ts'
import { createStore } from '../api/store.ts'
import type {
  About,
  InFlight,
  MinutesResponse,
  Row,
  SessionState,
  StreamState,
  StreamSummary,
} from '../api/types.ts'
import { copyButton, copyText } from '../dom/copy.ts'
import { ago, bytes, encodePath, grouped, plural, sessionName, visible } from '../dom/format.ts'
import { announce, setTitle, showConnection, startPage } from '../dom/frame.ts'
import { fill, h, setText } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { createMenu } from '../dom/menu.ts'
import { redraw } from '../dom/redraw.ts'
import { empty, mark } from '../dom/words.ts'
import type { UploadView } from '../inspect/upload-view.ts'
import { createLog } from '../log/log.ts'
import type { PlayerView } from '../player/player.ts'
import { createSplitter } from '../stream/splitter.ts'
import { createVerdict } from '../stream/verdict.ts'
import { readViewState, writeViewState } from '../stream/view-state.ts'
import type { Lane } from '../timeline/marks.ts'
import type { Minute } from '../timeline/paint/minimap.ts'
import type { Range } from '../timeline/scale.ts'
import { createTimeline } from '../timeline/timeline.ts'

/** What draws an upload and what plays is loaded when it is wanted, so that the page stands sooner. */
const loadUploadView = () => import('../inspect/upload-view.ts')
const loadPlayer = () => Promise.all([import('../player/player.ts'), import('../player/sources.ts')])

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
    listedAs: place === 1 ? '1–7' : null,
    does: 'tab',
    act: () => uploadView?.chooseTab(place - 1),
  })),
  { keys: ' ', does: 'play and pause', act: () => (player ? player.toggle() : void openPlayer()) },
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
let isSettled = false
let createdAt: string | null | undefined
let hovered: string | null = null
let devicePort = Number(location.port || 443)
let player: PlayerView | null = null
let isDeleted = false
let areRowsThere = false
let isVerdictThere = false
let firstMedia: Row | null = null
let playerTurn = 0
let minutes: readonly Minute[] = []
let minutesAt = Number.NEGATIVE_INFINITY
let windowTimer: ReturnType<typeof setTimeout> | undefined
/** Of the server's clock against this machine's. */
let clockOffset = 0
let shownSessions = ''
let announced: { readonly total: number; readonly errors: number } | null = null
const sessions = new Map<string, SessionState>()
/** In the order in which they began. */
let sessionsInOrder: readonly SessionState[] = []
/** How long the parts of the page wait for each other. */
const maxSettleMs = 8_000
const maxSessions = 40

document.body.classList.add('is-stream', 'settling')
setTimeout(settle, maxSettleMs)
const heading = h(
  'h1',
  {},
  h('a', { class: 'crumbs', href: '/ui/streams' }, 'Streams'),
  h('span', { class: 'muted' }, '/'),
  stream,
)
const kind = h('span', { class: 'muted' })
const activity = h('span', { class: 'activity' })
const amount = h('span', { class: 'muted' })
const publishingPoint = h('code', {})
const address = h(
  'span',
  { class: 'muted publishing-point' },
  publishingPoint,
  ' ',
  copyButton(() => publishingPoint.textContent ?? ''),
)
const problem = h('div', { role: 'alert' })
const sessionBar = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sessions' })
const panel = h('aside', { class: 'panel', 'aria-label': 'Upload', hidden: true })
const playerPlace = h('div', { class: 'player-place' })
const uploadPlace = h('div', { class: 'upload-place' })
panel.append(playerPlace, uploadPlace)
const exportMenu = createMenu('Export', drawExport)
const store = createStore(stream, onRows, (sentence) => {
  areRowsThere = true
  settle()
  if (!isDeleted) fill(problem, sentence && h('p', { class: 'error-text' }, sentence))
})
const verdict = createVerdict(
  stream,
  (code) => {
    view.q = `code:${code}`
    onView()
  },
  (error) => {
    isVerdictThere = true
    settle()
    if (error instanceof ApiError && error.status === 404 && state === null) showUnknown()
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
  { type: 'button', class: 'small primary', on: { click: () => void openPlayer() } },
  '▶ Play',
)
const timelineControls = h(
  'div',
  { class: 'spring controls' },
  playButton,
  h('span', { class: 'muted wide-only' }, 'axis'),
  h('span', { class: 'group', role: 'group', 'aria-label': 'Axis' }, axes),
  h(
    'span',
    { class: 'group', role: 'group', 'aria-label': 'Zoom' },
    h(
      'button',
      {
        type: 'button',
        class: 'wide-only',
        'aria-label': 'Zoom out',
        on: { click: () => timeline.zoom(1.5) },
      },
      '−',
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'wide-only',
        'aria-label': 'Zoom in',
        on: { click: () => timeline.zoom(1 / 1.5) },
      },
      '+',
    ),
    h('button', { type: 'button', on: { click: () => timeline.showAll() } }, 'all'),
  ),
)
const split = h('div', { class: 'split' }, log.element)
split.append(createSplitter(split), panel)
const nothing = h(
  'div',
  { hidden: true },
  empty(
    'Nothing has arrived yet.',
    h('a', { class: 'button primary', href: `/ui/connect?stream=${stream}` }, 'Connect a camera'),
  ),
)

fill(
  main,
  h(
    'div',
    { class: 'page-head' },
    heading,
    kind,
    activity,
    amount,
    address,
    h(
      'div',
      { class: 'page-actions' },
      h('a', { class: 'button', href: `/ui/reports/${stream}` }, 'Report'),
      h('a', { class: 'button', href: `/ui/compare?a=${stream}` }, 'Compare'),
      h('a', { class: 'button', href: `/ui/faults/${stream}` }, 'Faults'),
      exportMenu.element,
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
void readPort().catch(() => {})
void readKind().catch(() => {})
verdict.refresh(view.session)
addEventListener('popstate', () => {
  Object.assign(view, readViewState(new URL(location.href)))
  onView()
})
const following = followStates<StreamState>(`/streams/${stream}/events?as=state`, onState, (status) => {
  showConnection(status)
  if (status.kind === 'away') endSettling()
})
if (view.upload) void showUpload()
if (view.from !== null && view.to !== null) timeline.showRange({ from: view.from, to: view.to })
keepMoving()

function onState(now: StreamState, isFirst: boolean): void {
  if (now.deleted) return void showDeleted()
  if (createdAt !== undefined && now.created_at !== createdAt) store.clear()
  createdAt = now.created_at
  if (now.total < store.total) store.clear()
  const hasFindings = state === null || now.errors !== state.errors || now.warnings !== state.warnings
  const hasUploads = state === null || now.total !== state.total
  state = now
  announceNews(now)
  inFlight = now.in_flight
  clockOffset = Date.parse(now.at) - Date.now()
  for (const session of now.sessions) sessions.set(session.key, session)
  if (now.sessions.length > 0)
    sessionsInOrder = [...sessions.values()].sort((a, b) => a.first_at.localeCompare(b.first_at))
  const fresh = now.rows ? store.take(rowsOf(now.rows)) : []
  if (now.total === 0 || fresh.length > 0) areRowsThere = true
  settle()
  if (isFirst) store.doubtPending()
  store.setProbed(now.probed)
  store.setTotal(now.total)
  log.add(fresh)
  timeline.add(fresh.filter(isInSession))
  if (hasUploads || hasFindings) verdict.refresh(view.session, hasFindings ? 'soon' : 'later')
  log.update(inFlight)
  void readMinutes().catch(() => {})
  updateTimeline()
  showHead()
  showSessions()
  requestPaint()
}

/** Screen readers hear what came, a sentence at a time. */
function announceNews({ total, errors }: StreamState): void {
  const before = announced ?? { total, errors }
  const [uploads, wrong] = [total - before.total, errors - before.errors]
  const sentence = `${plural(uploads, 'new upload')}${wrong > 0 ? `, ${grouped(wrong)} with errors` : ''}`
  const isTold = uploads > 0 && announce(sentence, false)
  announced = isTold || uploads < 0 ? { total, errors } : before
}

/** The parts of the page show together, so that nothing moves when one of them comes later. */
function settle(): void {
  if (performance.now() < maxSettleMs && !(areRowsThere && isVerdictThere)) return
  endSettling()
}

/** The timeline first, unseen and with its height; then all shows, with the log. Two frames, so that neither is long. */
function endSettling(): void {
  if (isSettled) return
  isSettled = true
  requestAnimationFrame(() => {
    timeline.paint(view.upload, hovered)
    requestAnimationFrame(() => {
      document.body.classList.remove('settling')
      log.paint(hovered)
    })
  })
}

/** No news come any more, so that no part of the page waits for them. */
function endNews(): void {
  following.close()
  showConnection({ kind: 'gone', since: Date.now() })
  endSettling()
}

function showUnknown(): void {
  endNews()
  fill(
    main,
    h('h1', {}, `Stream ${stream}`),
    empty(
      'There is no such stream on this server. It may have been deleted.',
      h('a', { class: 'button primary', href: '/ui/streams' }, 'All streams'),
    ),
  )
}

/** What is loaded stays until the reader leaves. */
function showDeleted(): void {
  isDeleted = true
  endNews()
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

function onRows(fresh: readonly Row[]): void {
  areRowsThere = true
  settle()
  log.add(fresh)
  log.update(inFlight)
  timeline.add(fresh.filter(isInSession))
  updateTimeline()
  requestPaint()
}

const isInSession = ({ session }: Row): boolean => view.session === null || session === view.session

function* rowsOfSession(): Iterable<Row> {
  for (const row of store.loaded()) if (isInSession(row)) yield row
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
  updateTimeline()
  requestPaint()
}

/** Kind of a track, as the init segment of the session it came in says. */
function kindOf(track: string): Lane['kind'] | null {
  for (const session of sessionsInOrder.toReversed()) {
    const found = session.tracks.find(({ name }) => name === track)
    if (found?.kind === 'video' || found?.kind === 'audio') return found.kind
  }
  return null
}

function updateTimeline(): void {
  const filter = parseFilter(view.q)
  timeline.update({
    scope: JSON.stringify([createdAt, view.session]),
    rows: rowsOfSession,
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
      updateTimeline()
      requestPaint()
    },
    matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 100,
  )
}

function onView(): void {
  writeViewState(view, false)
  verdict.refresh(view.session)
  log.update(inFlight)
  updateTimeline()
  showSessions()
  if (view.upload !== shownUpload) void showUpload()
  requestPaint()
}

function requestPaint(): void {
  if (isPainting) return
  isPainting = true
  requestAnimationFrame(() => {
    isPainting = false
    // What settles is not seen; once it has settled, all of it is painted at once.
    if (document.hidden || document.body.classList.contains('settling')) return
    log.paint(hovered)
    if (player) movePlayhead(player)
    timeline.paint(view.upload, hovered)
  })
}

function showHead(): void {
  setTitle(`${state && state.errors > 0 ? `✕ ${state.errors} · ` : ''}Stream ${stream}`)
  setText(publishingPoint, `https://${location.hostname}:${devicePort}/streams/${stream}/`)
  setText(amount, state ? `${plural(state.total, 'upload')} · ${bytes(state.bytes)}` : '')
  activity.classList.toggle('is-live', state?.live ?? false)
  setText(activity, activityOf())
  nothing.hidden = state === null || state.total > 0 || inFlight.length > 0
  split.hidden = !nothing.hidden
  timelineControls.hidden = !nothing.hidden
}

/** Devices push to a port of their own. */
async function readPort(): Promise<void> {
  const { port } = await getJson<About>('/about')
  if (port !== null) devicePort = port
  showHead()
}

async function readKind(): Promise<void> {
  const summary = await getJson<StreamSummary>(`/streams/${stream}?summary=true`)
  kind.textContent = `${summary.interface}${summary.strict_mode ? ' · strict' : ''}`
}

function activityOf(): string {
  if (!state) return ''
  if (state.live) return '● live'
  return state.last_upload_at
    ? `○ stopped ${ago(Date.parse(state.last_upload_at), Date.now() + clockOffset)}`
    : '○ waiting'
}

/** Uploads whose path names no session are in one of their own. The chips stay as long as they say the same. */
function showSessions(): void {
  // Where no path names a session there is nothing to choose from.
  if (sessions.size === 0 || (sessions.size === 1 && sessions.has('none'))) return
  const shown = sessionsInOrder.slice(-maxSessions)
  const text = JSON.stringify([
    view.session,
    shown.map(({ key, phase, errors, warnings }) => [key, phase, errors, warnings]),
  ])
  if (text === shownSessions) return
  shownSessions = text
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
  const chips = shown.map(({ key, phase, errors, warnings }) =>
    chip(
      key,
      `${visible(sessionName(key))} `,
      phase === 'open' ? '● ' : '',
      errors > 0 ? mark('error', errors) : mark(warnings > 0 ? 'warning' : null),
    ),
  )
  redraw(sessionBar, () => fill(sessionBar, chip(null, 'all sessions'), chips))
}

function chooseSession(key: string | null): void {
  view.session = key
  onView()
}

function stepSession(step: number): void {
  const keys = [null, ...sessionsInOrder.map(({ key }) => key)]
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
  return (sessionsInOrder.findLast(mayPlay) ?? sessionsInOrder.at(-1))?.key ?? null
}

async function openPlayer(): Promise<void> {
  const turn = ++playerTurn
  const session = sessionToPlay()
  const known = sessions.get(session ?? '')
  const [{ createPlayer }, { sourcesOf }] = await loadPlayer()
  const sources = known ? await sourcesOf(stream, store, known.key, mayPlay(known)) : []
  if (turn !== playerTurn) return
  player?.close()
  player = createPlayer(stream, session, sources, () => {
    player = null
    timeline.setPlayhead(null)
    showPanel()
  })
  fill(playerPlace, player.element)
  showPanel()
}

/** After a device has started again, the server calls a session playable only from its next new segment on. */
const mayPlay = ({ playable, tracks }: SessionState): boolean =>
  playable || tracks.some(({ encrypted, segments, kind }) => !encrypted && segments > 0 && kind !== null)

/** Where the session's first media is on the wall clock. */
function firstMediaOf(session: string | null): Row | null {
  if (firstMedia && firstMedia.session === session) return firstMedia
  for (let position = store.tailFrom; position < store.total; position++) {
    const row = store.at(position)
    if (row && row.session === session && row.decodeTime !== null) {
      firstMedia = row
      return row
    }
  }
  return null
}

function seekTo(upload: string): void {
  if (!player) return
  const row = store.at(store.positionOf(upload) ?? -1)
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

function drawExport(place: HTMLElement): void {
  const session = sessionToPlay()
  if (session === null) return void place.append(h('p', {}, 'There is no session yet.'))
  const link = (suffix: string, label: string) =>
    h(
      'a',
      {
        href: `/export/${stream}/${encodeURIComponent(session)}.${suffix}`,
        download: `stream-${stream}-session-${session.replace(/[^\w.-]/g, '_')}.${suffix}`,
      },
      label,
    )
  place.append(
    h('p', { class: 'muted' }, sessionName(session)),
    link('mp4', 'MP4, all playable tracks'),
    link('zip', 'Zip, every upload as sent'),
    link('junit.xml', 'Report as JUnit'),
    h('a', { href: `/har/${stream}?session=${encodeURIComponent(session)}` }, 'HTTP archive (HAR)'),
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
    const [{ createUploadView, uploadTitle }, facts] = await Promise.all([
      loadUploadView(),
      getFacts(stream, upload),
    ])
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
  const { curlOf } = await loadUploadView()
  await copyText(curlOf(await getFacts(stream, view.upload), stream))
  announce('curl command copied')
}
