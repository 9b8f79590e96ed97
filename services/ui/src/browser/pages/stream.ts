import { ApiError } from '../api/client.ts'
import { followStates } from '../api/live.ts'
import { rowsOf } from '../api/rows.ts'
import { createStore } from '../api/store.ts'
import type { Row, StreamState } from '../api/types.ts'
import { grouped, plural } from '../dom/format.ts'
import { announce, showConnection, startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { createLog } from '../log/log.ts'
import { deletedStream, nothingYet, unknownStream } from '../stream/empty-states.ts'
import { startFirstPaint } from '../stream/first-paint.ts'
import { createPlayback } from '../stream/playback.ts'
import { createSessionChips } from '../stream/session-chips.ts'
import { createSessions } from '../stream/sessions.ts'
import { createSplitter } from '../stream/splitter.ts'
import { createStreamHead } from '../stream/stream-head.ts'
import { streamKeys } from '../stream/stream-keys.ts'
import { createStreamTimeline } from '../stream/stream-timeline.ts'
import { createTimelineControls } from '../stream/timeline-controls.ts'
import { createUploadPanel } from '../stream/upload-panel.ts'
import { createVerdict } from '../stream/verdict.ts'
import { readViewState, type ViewState, writeViewState } from '../stream/view-state.ts'

const stream = location.pathname.split('/')[3] ?? ''
const view = readViewState(new URL(location.href))
/** The newest state; null before the first. */
let state: StreamState | null = null
/** How far the server's clock is ahead of the reader's, in milliseconds. */
let clockOffsetMs = 0
let hovered: string | null = null
let isPainting = false
let isDeleted = false
let announced: { readonly total: number; readonly errors: number } | null = null

const firstPaint = startFirstPaint(
  () => timeline.paint(view.upload, hovered),
  () => log.paint(hovered),
)
const problem = h('div', { role: 'alert' })
const store = createStore(stream, onRows, (sentence) => {
  firstPaint.rowsAreThere()
  if (!isDeleted) fill(problem, sentence && h('p', { class: 'error-text' }, sentence))
})
const sessions = createSessions()
const verdict = createVerdict(
  stream,
  (code) => {
    view.q = `code:${code}`
    onView()
  },
  (error) => {
    firstPaint.verdictIsThere()
    if (error instanceof ApiError && error.status === 404 && state === null) showUnknown()
  },
)
const log = createLog({ stream, store, view, onChoose: choose, onHover: hover, onView, requestPaint })
const timeline = createStreamTimeline({
  stream,
  view,
  store,
  sessions,
  onChoose: chooseInLog,
  onHover: hover,
  onView,
  onOverview() {
    updateTimeline()
    requestPaint()
  },
  requestPaint,
})
const sessionChips = createSessionChips(view, sessions, onView)
const uploadPanel = createUploadPanel(stream, view, closePanel)
const playback = createPlayback({
  stream,
  view,
  store,
  sessions,
  onChange() {
    showPanel()
    requestPaint()
  },
})
const controls = createTimelineControls(timeline, () => void playback.open(), setAxis)
const panel = h(
  'aside',
  { class: 'panel', 'aria-label': 'Upload', hidden: true },
  playback.element,
  uploadPanel.element,
)
const split = h('div', { class: 'split' }, log.element)
split.append(createSplitter(split), panel)
const nothing = nothingYet(stream)
const main = startPage(
  `Stream ${stream}`,
  streamKeys({ log, timeline, sessionChips, uploadPanel, playback, step, closePanel, switchAxis }),
)
const head = createStreamHead(stream, () => sessions.toPlay(view.session))

fill(
  main,
  head.element,
  problem,
  verdict.element,
  h('div', { class: 'controls' }, sessionChips.element, controls.element),
  timeline.element,
  nothing,
  split,
)
verdict.refresh(view.session)
addEventListener('popstate', () => {
  Object.assign(view, readViewState(new URL(location.href)))
  onView()
})
const following = followStates<StreamState>(`/streams/${stream}/events?as=state`, onState, (status) => {
  showConnection(status)
  if (status.kind === 'away') firstPaint.end()
})
if (view.upload) showPanel()
if (view.from !== null && view.to !== null) timeline.showRange({ from: view.from, to: view.to })
keepMoving()

function onState(now: StreamState, isFirst: boolean): void {
  if (now.deleted) return void showDeleted()
  if (state && now.created_at !== state.created_at) store.clear()
  if (now.total < store.total) store.clear()
  const hasFindings = now.errors !== state?.errors || now.warnings !== state.warnings
  const hasUploads = now.total !== state?.total
  state = now
  announceNews(now)
  clockOffsetMs = Date.parse(now.at) - Date.now()
  sessions.take(now.sessions)
  const fresh = now.rows ? store.take(rowsOf(now.rows)) : []
  if (now.total === 0 || fresh.length > 0) firstPaint.rowsAreThere()
  if (isFirst) store.doubtPending()
  store.setProbed(now.probed)
  store.setTotal(now.total)
  if (hasUploads || hasFindings) verdict.refresh(view.session, hasFindings ? 'soon' : 'later')
  void timeline.readOverview().catch(() => {})
  showRows(fresh)
  head.show(now, serverNow())
  showParts(now)
  sessionChips.show()
}

function onRows(fresh: readonly Row[]): void {
  firstPaint.rowsAreThere()
  showRows(fresh)
}

function showRows(fresh: readonly Row[]): void {
  log.add(fresh)
  log.update(state?.in_flight ?? [])
  timeline.add(fresh)
  updateTimeline()
  requestPaint()
}

/** Shows what the view asks for, and writes the view to the URL. */
function onView(): void {
  writeViewState(view, false)
  verdict.refresh(view.session)
  log.update(state?.in_flight ?? [])
  updateTimeline()
  sessionChips.show()
  showPanel()
  requestPaint()
}

/** Makes screen readers read how many uploads are new, in one sentence for all since the last one that they read. */
function announceNews({ total, errors }: StreamState): void {
  const before = announced ?? { total, errors }
  const [uploads, wrong] = [total - before.total, errors - before.errors]
  const sentence = `${plural(uploads, 'new upload')}${wrong > 0 ? `, ${grouped(wrong)} with errors` : ''}`
  const isTold = uploads > 0 && announce(sentence, false)
  announced = isTold || uploads < 0 ? { total, errors } : before
}

/** Shows log and timeline when the first upload has begun, and before that a hint. */
function showParts({ total, in_flight: inFlight }: StreamState): void {
  nothing.hidden = total > 0 || inFlight.length > 0
  split.hidden = !nothing.hidden
  controls.element.hidden = !nothing.hidden
}

function showUnknown(): void {
  endNews()
  fill(main, unknownStream(stream))
}

/** Says that the stream has been deleted. Loaded rows stay on the page. */
function showDeleted(): void {
  isDeleted = true
  endNews()
  fill(problem, deletedStream())
}

/** Ends the subscription, so that no part of the page waits for states. */
function endNews(): void {
  following.close()
  showConnection({ kind: 'gone', since: Date.now() })
  firstPaint.end()
}

function serverNow(): number {
  return Date.now() + clockOffsetMs
}

function updateTimeline(): void {
  timeline.update(state, serverNow())
  controls.showAxis(view.axis)
}

function setAxis(axis: ViewState['axis']): void {
  view.axis = axis
  onView()
}

function switchAxis(): void {
  setAxis(view.axis === 'media' ? 'arrival' : 'media')
}

/** Moves the live edge, also when nothing arrives: ten times a second, or once for readers who want less motion. */
function keepMoving(): void {
  setInterval(
    () => {
      if ((!state?.live && !playback.isOpen()) || document.hidden) return
      updateTimeline()
      requestPaint()
    },
    matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 100,
  )
}

function requestPaint(): void {
  if (isPainting) return
  isPainting = true
  requestAnimationFrame(() => {
    isPainting = false
    // The first paint waits until all parts have their data, and then paints all of them at once.
    if (document.hidden || firstPaint.isPending()) return
    log.paint(hovered)
    timeline.setPlayhead(playback.playhead())
    timeline.paint(view.upload, hovered)
  })
}

function hover(upload: string | null): void {
  if (hovered === upload) return
  hovered = upload
  requestPaint()
}

function choose(upload: string | null): void {
  if (upload !== null) playback.seekTo(upload)
  if (view.upload === upload) return
  view.upload = upload
  view.box = null
  writeViewState(view, true)
  showPanel()
  requestPaint()
}

function chooseInLog(upload: string): void {
  choose(upload)
  log.reveal(upload)
}

function step(direction: 1 | -1, test: (row: Row) => boolean): void {
  const row = log.step(direction, test)
  if (row) chooseInLog(row.upload)
}

function closePanel(): void {
  choose(null)
}

/** Shows the panel while an upload is chosen or the player is open. */
function showPanel(): void {
  const isOpen = view.upload !== null || playback.isOpen()
  panel.hidden = !isOpen
  split.classList.toggle('open', isOpen)
  uploadPanel.update()
}
