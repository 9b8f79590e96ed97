import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { type Client, keepAlive } from '../clients/keep-alive.ts'
import { type Journal, type JournalRemoval, readJournal, sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'
import type { AnsweredUpload, BegunSession } from './camera.ts'
import { sessionIdleMs } from './server-under-chaos.ts'

/** A line of the wire log in the API's JSON. */
interface LogLine {
  readonly id: string
  readonly path: string
  readonly findings: readonly unknown[] | null
  readonly probe: string | null
  readonly part?: unknown
}

/** What the API says about a stream. */
interface StreamView {
  readonly summary: unknown
  readonly lines: readonly LogLine[]
}

export type ServerView = ReadonlyMap<string, StreamView>

/** Long, because a busy machine needs seconds for a probe, and there are some thousand probes. */
const settleMs = 2_400_000
/** The run fails when nothing has changed for this time. */
const standstillMs = 180_000

/**
 * Waits until every upload of the streams is judged, and probed if that matters, and every session has ended. Resolves
 * with what the API then says. Rejects with what is still open after three minutes without progress.
 */
export async function settledView(
  server: Standalone,
  streams: readonly string[],
  withProbes = true,
): Promise<ServerView> {
  using client = await keepAlive(server, null, 1)
  const views = new Map<string, StreamView>()
  for (const stream of streams) {
    let seen = ''
    let changedMs = performance.now()
    const settled = async () => {
      const view = await viewOf(client, server, stream, withProbes).catch((error) => String(error))
      if (typeof view !== 'string') return view
      // Counts all probes, because those of other streams may come first.
      const { json } = await client.send('GET', '/probes').catch(() => ({ json: null }))
      const open = `${view}; probes: ${json?.waiting} wait, ${json?.running} run`
      if (open !== seen) [seen, changedMs] = [open, performance.now()]
      return performance.now() - changedMs > standstillMs ? 'standstill' : null
    }
    const view = await until(`stream ${stream}`, settled, settleMs).catch(() => null)
    if (!view || view === 'standstill') throw new Error(`stream ${stream} does not settle: ${seen}`)
    views.set(stream, view)
  }
  return views
}

/** What the API says about a stream, or a sentence about what is still open. */
async function viewOf(
  client: Client,
  server: Standalone,
  stream: string,
  withProbes: boolean,
): Promise<StreamView | string> {
  const journal = await readJournal(server, stream)
  const expected = journal.uploads.length - removedIn(journal).size
  const summary = await client.send('GET', `/streams/${stream}`)
  const lines = await linesOf(client, stream)
  if (summary.status !== 200 || lines === null) return `status ${summary.status}`
  if (lines.length !== expected) return `${lines.length} of ${expected} uploads are judged`
  const open = lines.filter(({ findings, probe }) => findings === null || (withProbes && probe === 'pending'))
  if (open.length > 0)
    return `open are ${open.map(({ id, path, probe }) => `${path} ${id} ${probe}`).join(', ')}`
  const { sessions } = summary.json as { sessions: readonly Record<string, unknown>[] }
  if (sessions.some(({ phase }) => phase === 'open')) return 'a session is open'
  return { summary: summary.json, lines }
}

/** Ids of the uploads that retention has removed. */
const removedIn = ({ removals }: Journal): ReadonlySet<string> =>
  new Set(removals.flatMap(({ uploads }) => uploads))

export async function removedCount(server: Standalone, streams: readonly string[]): Promise<number> {
  const journals = await Promise.all(streams.map((stream) => readJournal(server, stream)))
  return journals.reduce((sum, journal) => sum + removedIn(journal).size, 0)
}

/** Waits until retention has nothing left to remove. */
export async function retentionSettled(server: Standalone): Promise<void> {
  using client = await keepAlive(server, null, 1)
  await until('retention', async () => {
    const { status, json } = await client.send('GET', '/retention')
    return status === 200 && json.would_remove.uploads === 0
  })
}

async function linesOf(client: Client, stream: string): Promise<LogLine[] | null> {
  const lines: LogLine[] = []
  for (let cursor: number | null = 0; cursor !== null; ) {
    const { status, json } = await client.send('GET', `/streams/${stream}/uploads?limit=500&cursor=${cursor}`)
    if (status !== 200) return null
    lines.push(...json.uploads)
    cursor = json.next_cursor
  }
  return lines
}

/** A sentence for everything that is not as it must be. */
export async function audit(
  server: Standalone,
  { answered, sessions }: Pushed,
  deleted: ReadonlySet<string>,
  view: ServerView,
): Promise<string[]> {
  using client = await keepAlive(server, null, 4)
  const faults: string[] = []
  for (const [stream, uploads] of Map.groupBy(answered, ({ stream }) => stream)) {
    if (deleted.has(stream)) continue
    await auditStream(stream, uploads)
  }
  await auditFiles()
  return faults

  async function auditStream(stream: string, uploads: readonly AnsweredUpload[]): Promise<void> {
    const lines = view.get(stream)?.lines ?? []
    const journal = await readJournal(server, stream)
    const removed = removedIn(journal)
    for (const removal of journal.removals) faults.push(...faultsOf(removal, stream, uploads, sessions))
    const places = Map.groupBy(
      lines.map(({ id }, place) => ({ id, place })),
      ({ id }) => id,
    )
    let last = -1
    for (const { upload, path, sha256 } of uploads) {
      const [found, ...more] = places.get(upload) ?? []
      const what = `stream ${stream}, ${path}, upload ${upload}`
      if (removed.has(upload)) {
        if (found) faults.push(`${what}: removed, but listed`)
        continue
      }
      if (!found) faults.push(`${what}: answered, but not listed`)
      if (more.length > 0) faults.push(`${what}: listed ${more.length + 1} times`)
      if (found && found.place < last) faults.push(`${what}: judged before an earlier one`)
      last = found?.place ?? last
      const { status, body } = await client.send('GET', `/uploads/${stream}/${upload}`)
      if (status !== 200 || sha256Of(body) !== sha256)
        faults.push(`${what}: its body is ${status}, ${body.length} bytes`)
    }
    // A camera that goes on after its session has ended by silence does not send removed init segments again.
    const initsRemoved = new Set(
      journal.uploads
        .filter(({ id, kind }) => kind === 'init' && removed.has(id))
        .map(({ path }) => dirname(path)),
    )
    for (const { id, probe, path } of lines)
      if (probe === 'failed' && !initsRemoved.has(dirname(path))) {
        const { json } = await client.send('GET', `/probe/${stream}/${path}`)
        faults.push(`stream ${stream}, ${path}, upload ${id}: its probe failed: ${JSON.stringify(json)}`)
      }
  }

  /** Checks that each body has a journal line, each line its body, and that no temporary file is left. */
  async function auditFiles(): Promise<void> {
    const folder = join(server.workingDirectory, 'uploads')
    for (const stream of await readdir(folder)) {
      if (deleted.has(stream)) {
        faults.push(`stream ${stream} was deleted, but has bodies`)
        continue
      }
      const journal = await readJournal(server, stream)
      const { uploads } = journal
      const removed = removedIn(journal)
      const known = new Set(uploads.map(({ id }) => id))
      const names = new Set(await readdir(join(folder, stream)))
      for (const name of names)
        if (!known.has(name)) faults.push(`uploads/${stream}/${name} has no journal line`)
        else if (removed.has(name)) faults.push(`uploads/${stream}/${name} was removed, but is there`)
      if (known.size !== uploads.length) faults.push(`stream ${stream}: a journal line stands twice`)
      for (const { id, bytes } of uploads) await auditBody(join(folder, stream, id), bytes)
    }
    const staging = join(server.workingDirectory, 'staging')
    for (const name of await readdir(staging, { recursive: true }))
      if ((await stat(join(staging, name))).isFile()) faults.push(`staging/${name} is left over`)
  }

  async function auditBody(path: string, bytes: number): Promise<void> {
    const size = await stat(path).then(
      (found) => found.size,
      () => null,
    )
    // A request that was split has its body in its parts.
    if (size !== null && size !== bytes) faults.push(`${path} has ${size} bytes, its line says ${bytes}`)
  }
}

/** The actions of the cameras, in order. */
interface Pushed {
  readonly answered: readonly AnsweredUpload[]
  readonly sessions: readonly BegunSession[]
}

/** Camera and server share a clock, but a request takes time between them. */
const toleranceMs = 1_000

/** Retention must not touch a session that is open: the newest of its stream, unless it is silent. */
function faultsOf(
  { at, session, uploads: removed }: JournalRemoval,
  stream: string,
  answered: readonly AnsweredUpload[],
  sessions: readonly BegunSession[],
): string[] {
  const removedMs = Date.parse(at)
  const hasSuccessor = sessions.some(
    (begun) => begun.stream === stream && Number(begun.key) > Number(session) && begun.beganMs <= removedMs,
  )
  if (session === null || hasSuccessor) return []
  const ids = new Set(removed)
  const newest = answered.findLast(({ upload }) => ids.has(upload))
  const silentMs = removedMs - (newest?.answeredMs ?? 0)
  if (silentMs >= sessionIdleMs - toleranceMs) return []
  return [`stream ${stream}: retention removed session ${session} ${silentMs} ms after an upload of it`]
}

/** Differences between two views, without probes and their times, which a rebuild makes again. */
export function differences(before: ServerView, after: ServerView): string[] {
  const faults: string[] = []
  for (const [stream, view] of before) {
    const [was, is] = [view, after.get(stream)].map((one) => JSON.stringify(one, withoutTimes))
    if (was !== is)
      faults.push(`stream ${stream} differs after a rebuild: ${firstDifference(was ?? '', is ?? '')}`)
  }
  return faults
}

const withoutTimes = (name: string, value: unknown): unknown => (/probe/.test(name) ? undefined : value)

function firstDifference(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const around = (text: string) => text.slice(Math.max(0, at - 80), at + 120)
  return `…${around(one)}… became …${around(other)}…`
}
