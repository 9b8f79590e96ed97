import type { EventBus } from '../events/event-bus.ts'
import type { IndexAdmin } from '../indexing/ports.ts'
import { Refusal } from '../lib/refusal.ts'
import type { Journals, ObjectLinks, UploadStore } from '../uploads/ports.ts'
import { type ReportRow, reportOf } from '../validation/report.ts'
import { inPages, mapPages, noPages, type Pages } from './pages.ts'
import type { IndexedStream, StreamQueries, StreamSummary } from './ports.ts'
import type { RecordEntry } from './record-entry.ts'
import { readSessionReports, type SessionReports } from './session-report.ts'
import { afterSilence } from './session-view.ts'
import { parseInterface, type Stream } from './stream.ts'

const streamsAtOnce = 16
const summariesAtOnce = 100

/** What a user does with streams, objects' deletion included. */
export interface Streams {
  create(wish: {
    readonly interface: unknown
    readonly strict: boolean
    readonly creator: string | null
  }): Promise<IndexedStream>
  list(): Pages<IndexedStream>
  /** Streams in numbers, from an id on; `next` is null at the end. */
  summaries(
    from: number,
    limit: number,
  ): Promise<{ readonly summaries: Pages<StreamSummary>; readonly next: number | null }>
  one(id: string): Promise<IndexedStream>
  /** Every rule, met or not, in one session or in all. */
  report(id: string, session: string | null): Promise<readonly ReportRow[]>
  /** The same for each session by itself, with what was found in the first uploads. */
  reportEach(id: string, session: string | null): Promise<SessionReports>
  expectTracks(id: string, names: readonly string[]): Promise<IndexedStream>
  deleteObject(id: string, path: string): Promise<void>
  /** The stream and all that came to it. */
  remove(id: string): Promise<void>
  /** Ends removals that a crash cut off. */
  finishRemovals(): Promise<void>
  /** Refuses a stream that does not exist. */
  assertExists(id: string): Promise<void>
}

interface Needs {
  readonly journals: Journals
  readonly store: Pick<UploadStore, 'removeStream'>
  readonly index: StreamQueries & Pick<IndexAdmin, 'forget'>
  readonly view: ObjectLinks
  readonly record: RecordEntry
  readonly feed: Pick<EventBus, 'publish'>
  readonly newId: () => string
  readonly now: () => Date
  readonly idleMs: number
}

export function streamsWith(needs: Needs): Streams {
  const { journals, store, index, view, record, feed, newId, now, idleMs } = needs
  return {
    create,
    list,
    summaries,
    one,
    report,
    reportEach,
    expectTracks,
    deleteObject,
    remove,
    finishRemovals,
    assertExists,
  }

  async function create(wish: Parameters<Streams['create']>[0]): Promise<IndexedStream> {
    const settings = { interface: parseInterface(wish.interface), strict: wish.strict, creator: wish.creator }
    const id = await journals.create()
    const { indexed } = await record(id, { kind: 'stream-created', ...noted(), ...settings })
    await indexed
    return withNothing({ id, ...settings, expectedTrackNames: null })
  }

  async function* list(): AsyncGenerator<readonly IndexedStream[]> {
    for (const ids of inPages(await journals.streams(), streamsAtOnce)) {
      const found = await Promise.all(ids.map((id) => index.stream(id)))
      yield found.filter((stream) => stream !== null).map(asOfNow)
    }
  }

  async function summaries(from: number, limit: number): ReturnType<Streams['summaries']> {
    const ids = await journals.streams()
    const begin = placeAfter(ids, from)
    const page = ids.slice(begin, begin + limit)
    const next = begin + page.length < ids.length ? Number(page.at(-1)) : null
    return { summaries: read(), next }

    async function* read(): AsyncGenerator<readonly StreamSummary[]> {
      for (const some of inPages(page, summariesAtOnce)) {
        const found = await Promise.all(some.map((id) => index.summary(id)))
        yield found.filter((summary) => summary !== null)
      }
    }
  }

  async function one(id: string): Promise<IndexedStream> {
    await assertExists(id)
    return asOfNow((await index.stream(id)) ?? unknown(id))
  }

  function asOfNow(indexed: IndexedStream): IndexedStream {
    const nowMs = now().getTime()
    const sessions = mapPages(indexed.sessions, (session) => afterSilence(session, nowMs, idleMs))
    return { ...indexed, sessions }
  }

  async function report(id: string, session: string | null): Promise<readonly ReportRow[]> {
    await sessionsOf(id, session)
    return reportOf(await index.tallies(id, session))
  }

  async function reportEach(id: string, session: string | null): Promise<SessionReports> {
    return readSessionReports(index, id, await sessionsOf(id, session), session !== null)
  }

  /** All sessions of a stream, or the one that somebody asked for. */
  async function sessionsOf(id: string, wanted: string | null): Promise<readonly string[]> {
    await assertExists(id)
    const sessions = (await index.sessions(id)) ?? unknown(id)
    if (wanted === null) return sessions
    if (sessions.includes(wanted)) return [wanted]
    throw new Refusal('object-unknown', `stream ${id} has no session ${wanted}`)
  }

  async function expectTracks(id: string, names: readonly string[]): Promise<IndexedStream> {
    const before = await one(id)
    const { indexed } = await record(id, { kind: 'tracks-expected', ...noted(), names })
    await indexed
    return { ...before, stream: { ...before.stream, expectedTrackNames: names } }
  }

  async function deleteObject(id: string, path: string): Promise<void> {
    await assertExists(id)
    if ((await view.find(id, path)) === null)
      throw new Refusal('object-unknown', `stream ${id} has no object at ${path}`)
    const { indexed } = await record(id, { kind: 'object-deleted', ...noted(), path })
    await view.remove(id, path)
    await indexed
  }

  async function remove(id: string): Promise<void> {
    await assertExists(id)
    await journals.remove(id)
    feed.publish({ kind: 'stream-deleted', stream: id, at: now().toISOString() })
    await removeRest(id)
  }

  async function finishRemovals(): Promise<void> {
    for (const id of await journals.beingRemoved()) await removeRest(id)
  }

  async function removeRest(id: string): Promise<void> {
    await view.removeStream(id)
    await store.removeStream(id)
    await index.forget(id)
    await journals.removed(id)
  }

  async function assertExists(id: string): Promise<void> {
    if (!(await journals.has(id))) unknown(id)
  }

  function noted() {
    return { id: newId(), at: now().toISOString() }
  }
}

const withNothing = (stream: Stream): IndexedStream => ({
  stream,
  sessions: noPages(),
  uploads: { rejected: noPages, accepted: noPages },
})

/** How many of the ids, which ascend, are up to one. */
function placeAfter(ids: readonly string[], id: number): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (Number(ids[middle]) <= id) low = middle + 1
    else high = middle
  }
  return low
}

function unknown(id: string): never {
  throw new Refusal('stream-unknown', `there is no stream ${id}; POST /streams makes one`)
}
