import { getJson } from '../api/client.ts'
import { parseFilter } from '../api/filter.ts'
import type { Store } from '../api/store.ts'
import type { MinutesResponse, Row, StreamState } from '../api/types.ts'
import type { Minute } from '../timeline/paint/minimap.ts'
import type { Range } from '../timeline/scale.ts'
import { createTimeline, type Timeline } from '../timeline/timeline.ts'
import type { Sessions } from './sessions.ts'
import type { ViewState } from './view-state.ts'

/** The timeline of the rows of a stream. */
export interface StreamTimeline extends Omit<Timeline, 'update' | 'add'> {
  /** Applies changes of the state, the view and the store; `now` is the server's time in milliseconds since 1970. */
  update(state: StreamState | null, now: number): void
  /** Takes rows that have been loaded. */
  add(fresh: readonly Row[]): void
  /** Reads the overview of a log that is not loaded whole, at most every 30 s. */
  readOverview(): Promise<void>
}

interface StreamTimelineDeps {
  readonly stream: string
  readonly view: ViewState
  readonly store: Store
  readonly sessions: Sessions
  readonly onChoose: (upload: string) => void
  readonly onHover: (upload: string | null) => void
  readonly onView: () => void
  /** Called when the overview has arrived, so that the page updates the timeline. */
  readonly onOverview: () => void
  readonly requestPaint: () => void
}

/** How often the overview is read. */
const overviewMs = 30_000
/** How long the reader must not move the timeline before it requests the rows in view. */
const debounceMs = 300

export function createStreamTimeline(deps: StreamTimelineDeps): StreamTimeline {
  const { stream, view, store, sessions, onChoose, onHover, onView, onOverview, requestPaint } = deps
  let minutes: readonly Minute[] = []
  let minutesAt = Number.NEGATIVE_INFINITY
  let windowTimer: ReturnType<typeof setTimeout> | undefined
  const timeline = createTimeline({
    onChoose,
    onHover,
    onRange(range) {
      view.from = range?.from ?? null
      view.to = range?.to ?? null
      onView()
    },
    onWindow: loadWindow,
    requestPaint,
  })
  return { ...timeline, update, add: (fresh) => timeline.add(fresh.filter(isInSession)), readOverview }

  function update(state: StreamState | null, now: number): void {
    const filter = parseFilter(view.q)
    const inFlight = state?.in_flight ?? []
    timeline.update({
      scope: JSON.stringify([state?.created_at, view.session]),
      rows: rowsOfSession,
      inFlight,
      axis: view.axis,
      isLive: state?.live ?? false,
      now,
      kindOf: sessions.kindOf,
      minutes: store.tailFrom > 0 ? minutes : [],
      isLit: (row) => filter.isEmpty || filter.matches(row),
    })
    timeline.element.hidden = store.total === 0 && inFlight.length === 0
  }

  function isInSession({ session }: Row): boolean {
    return view.session === null || session === view.session
  }

  function* rowsOfSession(): Iterable<Row> {
    for (const row of store.loaded()) if (isInSession(row)) yield row
  }

  /** Requests the rows in view that are not loaded, when the reader has stopped moving the timeline. */
  function loadWindow({ from }: Range): void {
    clearTimeout(windowTimer)
    windowTimer = setTimeout(() => {
      const oldest = store.at(store.tailFrom)
      if (store.tailFrom > 0 && oldest && from < oldest.startedAt) store.wantFrom(from)
    }, debounceMs)
  }

  /** Reads how many bytes and which findings each minute has, of the whole log. */
  async function readOverview(): Promise<void> {
    if (store.tailFrom === 0 || performance.now() - minutesAt < overviewMs) return
    minutesAt = performance.now()
    const { begin, tracks } = await getJson<MinutesResponse>(`/streams/${stream}/uploads?view=minutes`)
    if (begin === null) return
    const start = Date.parse(begin)
    minutes = Object.values(tracks).flatMap((list) =>
      list.map(([minute, , bytes, worst]) => ({ at: start + minute * 60_000, bytes, worst })),
    )
    onOverview()
  }
}
