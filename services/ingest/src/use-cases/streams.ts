import { type ReportRow, reportOf } from '../domain/judge/report.ts'
import { Refusal } from '../domain/refusal.ts'
import { parseInterface, type Stream } from '../domain/stream.ts'
import type { Index, IndexedStream, Journals, View } from './ports.ts'
import type { RecordEntry } from './record-entry.ts'
import { reportSessions, type SessionReport } from './report-sessions.ts'

/** What a user does with streams, objects' deletion included. */
export interface Streams {
  create(wish: {
    readonly interface: unknown
    readonly strict: boolean
    readonly creator: string | null
  }): Promise<Stream>
  list(): Promise<readonly IndexedStream[]>
  one(id: string): Promise<IndexedStream>
  /** Every rule, met or not, in one session or in all. */
  report(id: string, session: string | null): Promise<readonly ReportRow[]>
  /** The same for each session by itself, with what was found in the first uploads. */
  reportEach(id: string, session: string | null): Promise<readonly SessionReport[]>
  /** Uploads in arrival order. */
  log(id: string, from: number, limit: number): ReturnType<Index['log']>
  expectTracks(id: string, names: readonly string[]): Promise<IndexedStream>
  deleteObject(id: string, path: string): Promise<void>
  /** Refuses a stream that does not exist. */
  assertExists(id: string): Promise<void>
}

interface Needs {
  readonly journals: Journals
  readonly index: Index
  readonly view: View
  readonly record: RecordEntry
  readonly newId: () => string
  readonly now: () => Date
}

export function streamsWith({ journals, index, view, record, newId, now }: Needs): Streams {
  return { create, list, one, report, reportEach, log, expectTracks, deleteObject, assertExists }

  async function create(wish: Parameters<Streams['create']>[0]): Promise<Stream> {
    const settings = { interface: parseInterface(wish.interface), strict: wish.strict, creator: wish.creator }
    const id = await journals.create()
    await record(id, { kind: 'stream-created', ...noted(), ...settings })
    return { id, ...settings, expectedTrackNames: null }
  }

  async function list(): Promise<readonly IndexedStream[]> {
    const found = await Promise.all((await journals.streams()).map((id) => index.stream(id)))
    return found.filter((stream) => stream !== null)
  }

  async function one(id: string): Promise<IndexedStream> {
    await assertExists(id)
    return (await index.stream(id)) ?? unknown(id)
  }

  async function report(id: string, session: string | null): Promise<readonly ReportRow[]> {
    await having(id, session)
    return reportOf(await index.tallies(id, session))
  }

  async function reportEach(id: string, session: string | null): Promise<readonly SessionReport[]> {
    return reportSessions(index, await having(id, session), session)
  }

  /** The stream, once it is sure that it has the session that somebody asked for. */
  async function having(id: string, session: string | null): Promise<IndexedStream> {
    const stream = await one(id)
    if (session !== null && !stream.sessions.some(({ key }) => key === session)) {
      throw new Refusal('object-unknown', `stream ${id} has no session ${session}`)
    }
    return stream
  }

  async function log(id: string, from: number, limit: number): ReturnType<Index['log']> {
    await assertExists(id)
    return index.log(id, from, limit)
  }

  async function expectTracks(id: string, names: readonly string[]): Promise<IndexedStream> {
    const before = await one(id)
    await record(id, { kind: 'tracks-expected', ...noted(), names })
    return { ...before, stream: { ...before.stream, expectedTrackNames: names } }
  }

  async function deleteObject(id: string, path: string): Promise<void> {
    await assertExists(id)
    if ((await view.find(id, path)) === null)
      throw new Refusal('object-unknown', `stream ${id} has no object at ${path}`)
    await record(id, { kind: 'object-deleted', ...noted(), path }, () => view.remove(id, path))
  }

  async function assertExists(id: string): Promise<void> {
    if (!(await journals.has(id))) unknown(id)
  }

  function noted() {
    return { id: newId(), at: now().toISOString() }
  }
}

function unknown(id: string): never {
  throw new Refusal('stream-unknown', `there is no stream ${id}; POST /streams makes one`)
}
