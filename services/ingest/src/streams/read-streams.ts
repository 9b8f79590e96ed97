import type { InFlightUploads } from '../uploads/in-flight.ts'
import type { Journals } from '../uploads/ports.ts'
import { assertStream, unknownStream } from './assert-stream.ts'
import { inPages, mapPages, type Pages } from './pages.ts'
import type { IndexedStream, StreamQueries, StreamSummary } from './ports.ts'
import { type SessionView, sessionViewAt } from './session-view.ts'

/** How many streams a page of the list has. */
const streamsPerPage = 16
const summariesPerPage = 100

/**
 * All methods for one stream, but `sessionViewsOf`, throw the refusal `stream-unknown` where there is none; all that read
 * the index throw `Unavailable` while Redis does not respond.
 */
export interface StreamReads {
  get(id: string): Promise<IndexedStream>
  /**
   * Up to `limit` streams with ids above `after` that `isVisible` allows; all of them where the limit is null. `next` is
   * the `after` of the next page, null at the end.
   */
  list(
    after: number,
    limit: number | null,
    isVisible?: IsVisible,
  ): Promise<{ readonly streams: Pages<IndexedStream>; readonly next: number | null }>
  /** Summaries of the streams that `list` would give. */
  summaries(
    after: number,
    limit: number,
    isVisible?: IsVisible,
  ): Promise<{ readonly summaries: Pages<StreamSummaryNow>; readonly next: number | null }>
  summary(id: string): Promise<StreamSummaryNow>
  /** Summaries of the streams that there are among these. */
  summariesOf(ids: readonly string[]): Promise<readonly StreamSummaryNow[]>
  /** Summaries of the newest streams, the newest first. */
  newestSummaries(limit: number): Promise<readonly StreamSummaryNow[]>
  /** A stream's sessions, the newest first, and where the list goes on; null at its end. */
  sessionViews(
    id: string,
    from: number,
    limit: number,
  ): Promise<{ readonly sessions: readonly SessionView[]; readonly next: number | null }>
  /** The sessions with some keys, without those that there are not. */
  sessionViewsOf(id: string, keys: readonly string[]): Promise<readonly SessionView[]>
  assertExists(id: string): Promise<void>
}

/** Whether a client may see a stream. */
export type IsVisible = (stream: string) => boolean | Promise<boolean>

/** A summary with what only the clock and this process know. */
export interface StreamSummaryNow extends StreamSummary {
  /** A session is open, or an upload is on its way. */
  readonly isLive: boolean
  /** Uploads on their way to this process. */
  readonly inFlight: number
}

export interface StreamReadsDeps {
  readonly journals: Pick<Journals, 'has' | 'streams'>
  readonly index: Pick<StreamQueries, 'stream' | 'summary' | 'sessions' | 'sessionViews'>
  readonly inFlight: Pick<InFlightUploads, 'of'>
  readonly now: () => Date
  readonly idleMs: number
}

/** The journals say which streams there are, the index what is in them. */
export function readStreamsWith({ journals, index, inFlight, now, idleMs }: StreamReadsDeps): StreamReads {
  return {
    get,
    list,
    summaries,
    summary,
    summariesOf,
    newestSummaries,
    sessionViews,
    sessionViewsOf,
    assertExists,
  }

  async function get(id: string): Promise<IndexedStream> {
    await assertExists(id)
    const stream = await index.stream(id)
    if (!stream) throw unknownStream(id)
    return asOfNow(stream)
  }

  async function list(
    after: number,
    limit: number | null,
    isVisible?: IsVisible,
  ): ReturnType<StreamReads['list']> {
    const { ids, next } = await idsAfter(after, limit ?? Number.POSITIVE_INFINITY, isVisible)
    return { streams: streamPages(ids), next }
  }

  async function idsAfter(after: number, limit: number, isVisible: IsVisible | undefined) {
    const all = await visibleIds(isVisible)
    const begin = countUpTo(all, after)
    const ids = all.slice(begin, begin + limit)
    return { ids, next: begin + ids.length < all.length ? Number(ids.at(-1)) : null }
  }

  async function* streamPages(ids: readonly string[]): AsyncGenerator<readonly IndexedStream[]> {
    for (const some of inPages(ids, streamsPerPage)) {
      const found = await Promise.all(some.map((id) => index.stream(id)))
      yield found.filter((stream) => stream !== null).map(asOfNow)
    }
  }

  async function visibleIds(isVisible: IsVisible | undefined): Promise<readonly string[]> {
    const ids = await journals.streams()
    if (!isVisible) return ids
    const visible: string[] = []
    for (const id of ids) if (await isVisible(id)) visible.push(id)
    return visible
  }

  async function summaries(
    after: number,
    limit: number,
    isVisible?: IsVisible,
  ): ReturnType<StreamReads['summaries']> {
    const { ids, next } = await idsAfter(after, limit, isVisible)
    return { summaries: summaryPages(ids), next }
  }

  async function* summaryPages(ids: readonly string[]): AsyncGenerator<readonly StreamSummaryNow[]> {
    for (const some of inPages(ids, summariesPerPage)) yield await summariesOf(some)
  }

  async function summariesOf(ids: readonly string[]): Promise<readonly StreamSummaryNow[]> {
    const found = await Promise.all(ids.map((id) => index.summary(id)))
    return found.filter((summary) => summary !== null).map(summaryNow)
  }

  async function newestSummaries(limit: number): Promise<readonly StreamSummaryNow[]> {
    return summariesOf((await journals.streams()).slice(-limit).toReversed())
  }

  async function summary(id: string): Promise<StreamSummaryNow> {
    await assertExists(id)
    const found = await index.summary(id)
    if (!found) throw unknownStream(id)
    return summaryNow(found)
  }

  function summaryNow(summary: StreamSummary): StreamSummaryNow {
    const { stream, newestSession } = summary
    const session = newestSession && sessionViewAt(newestSession, now().getTime(), idleMs)
    const count = inFlight.of(stream.id).length
    const isLive = count > 0 || session?.phase === 'open'
    return { ...summary, newestSession: session, isLive, inFlight: count }
  }

  async function sessionViews(
    id: string,
    from: number,
    limit: number,
  ): ReturnType<StreamReads['sessionViews']> {
    await assertExists(id)
    const keys = await index.sessions(id)
    if (!keys) throw unknownStream(id)
    const page = keys.toReversed().slice(from, from + limit)
    const next = from + page.length < keys.length ? from + page.length : null
    return { sessions: await sessionViewsOf(id, page), next }
  }

  async function sessionViewsOf(id: string, keys: readonly string[]): Promise<readonly SessionView[]> {
    const views = await index.sessionViews(id, keys)
    const nowMs = now().getTime()
    return views.map((view) => sessionViewAt(view, nowMs, idleMs))
  }

  function asOfNow(stream: IndexedStream): IndexedStream {
    const nowMs = now().getTime()
    return {
      ...stream,
      sessions: mapPages(stream.sessions, (session) => sessionViewAt(session, nowMs, idleMs)),
    }
  }

  function assertExists(id: string): Promise<void> {
    return assertStream(journals, id)
  }
}

/** How many of the ids, which ascend, are not above `id`. */
function countUpTo(ids: readonly string[], id: number): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (Number(ids[middle]) <= id) low = middle + 1
    else high = middle
  }
  return low
}
