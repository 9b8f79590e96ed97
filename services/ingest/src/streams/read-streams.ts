import type { Journals } from '../uploads/ports.ts'
import { assertStream, unknownStream } from './assert-stream.ts'
import { inPages, mapPages, type Pages } from './pages.ts'
import type { IndexedStream, StreamQueries, StreamSummary } from './ports.ts'
import { withTimeout } from './session-view.ts'

/** How many streams a page of the list has. */
const streamsPerPage = 16
const summariesPerPage = 100

export interface StreamReads {
  get(id: string): Promise<IndexedStream>
  list(): Pages<IndexedStream>
  /** Up to `limit` streams with ids above `after`; `next` is the `after` of the next page, null at the end. */
  summaries(
    after: number,
    limit: number,
  ): Promise<{ readonly summaries: Pages<StreamSummary>; readonly next: number | null }>
  /** Throws the refusal `stream-unknown` when there is no such stream. */
  assertExists(id: string): Promise<void>
}

export interface StreamReadsDeps {
  readonly journals: Pick<Journals, 'has' | 'streams'>
  readonly index: Pick<StreamQueries, 'stream' | 'summary'>
  readonly now: () => Date
  readonly idleMs: number
}

/** The journals say which streams there are, the index what is in them. */
export function readStreamsWith({ journals, index, now, idleMs }: StreamReadsDeps): StreamReads {
  return { get, list, summaries, assertExists }

  async function get(id: string): Promise<IndexedStream> {
    await assertExists(id)
    const stream = await index.stream(id)
    if (!stream) throw unknownStream(id)
    return withTimeouts(stream)
  }

  async function* list(): AsyncGenerator<readonly IndexedStream[]> {
    for (const ids of inPages(await journals.streams(), streamsPerPage)) {
      const found = await Promise.all(ids.map((id) => index.stream(id)))
      yield found.filter((stream) => stream !== null).map(withTimeouts)
    }
  }

  async function summaries(after: number, limit: number): ReturnType<StreamReads['summaries']> {
    const ids = await journals.streams()
    const begin = countUpTo(ids, after)
    const page = ids.slice(begin, begin + limit)
    const next = begin + page.length < ids.length ? Number(page.at(-1)) : null
    return { summaries: summariesOf(page), next }
  }

  async function* summariesOf(ids: readonly string[]): AsyncGenerator<readonly StreamSummary[]> {
    for (const some of inPages(ids, summariesPerPage)) {
      const found = await Promise.all(some.map((id) => index.summary(id)))
      yield found.filter((summary) => summary !== null)
    }
  }

  function withTimeouts(stream: IndexedStream): IndexedStream {
    const nowMs = now().getTime()
    return {
      ...stream,
      sessions: mapPages(stream.sessions, (session) => withTimeout(session, nowMs, idleMs)),
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
