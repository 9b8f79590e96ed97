import type { Redis } from 'ioredis'
import type { Folded, JudgedUpload, Known, ObjectEvent } from '../domain/fold.ts'
import { type SessionAnswer, sessionAnswer } from '../domain/judge/answer.ts'
import { sessionsOf } from '../domain/judge/judge.ts'
import { mostUploads, type Tally } from '../domain/judge/report.ts'
import { initialState, type Order, type Session } from '../domain/judge/state.ts'
import { directoryOf } from '../domain/object-path.ts'
import type { Stream } from '../domain/stream.ts'
import type { JournalEntry } from '../domain/upload.ts'
import type { Index, IndexedSession, IndexedStream } from '../use-cases/ports.ts'
import { answered } from './client.ts'

// KEYS[1] cursors of the stream's journals; KEYS[2…] what is written. ARGV: journal, cursor expected, cursor
// after, writes as JSON [[command, key, argument…]…]. 1 when written, 0 when the cursor was somewhere else.
const commitScript = `
  if (redis.call('HGET', KEYS[1], ARGV[1]) or '0') ~= ARGV[2] then return 0 end
  for _, write in ipairs(cjson.decode(ARGV[4])) do redis.call(unpack(write)) end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  return 1`

/** All keys of a stream share a hash tag, so that a Redis Cluster keeps them together. */
const keysOf = (stream: string) => {
  const key = (name: string) => `{stream:${stream}}:${name}`
  return {
    stream: key('stream'),
    cursors: key('cursors'),
    /** Upload id → JudgedUpload. */
    uploads: key('uploads'),
    /** Upload ids in the order of their verdicts. */
    log: key('log'),
    /** Path → id of its newest whole upload, and that one's SHA-256. */
    newest: key('newest'),
    digests: key('digests'),
    /** Path → id of a cut-off upload that no whole one has followed. */
    cutOff: key('cut-off'),
    /** Path → id of the upload that holds its init segment. */
    inits: (folder: string) => key(`inits:${folder}`),
    order: key('order'),
    /** Session number in the path → Session that is judged on with. */
    current: key('current'),
    /** Session id → SessionAnswer. */
    sessions: key('sessions'),
    listed: (session: string, list: string) => key(`listed:${session}:${list}`),
    /** What the report counts: of a session, or of uploads that belong to none. */
    counts: (session: string | null) => key(`counts:${session ?? ''}`),
    first: (session: string | null, code: string) => key(`first:${session ?? ''}:${code}`),
    situations: (session: string | null) => key(`situations:${session ?? ''}`),
  }
}

type Write = readonly [command: string, key: string, ...args: string[]]

/** The index as Redis hashes; a journal's cursor moves in the same step as what was read up to it. */
export function redisIndex(redis: Redis): Index {
  return { cursor, load, inits, commit, stream, upload, newest, tallies, log }

  async function cursor(stream: string, journal: string): Promise<number> {
    return Number((await answered(redis.hget(keysOf(stream).cursors, journal))) ?? 0)
  }

  async function load(id: string, entries: readonly JournalEntry[]): Promise<Known> {
    const keys = keysOf(id)
    const paths = [
      ...new Set(entries.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload.path] : []))),
    ]
    const folders = [...new Set(paths.map(directoryOf))]
    const [json, order, digests, ...found] = await answered(
      Promise.all([
        redis.get(keys.stream),
        redis.get(keys.order),
        hmget(keys.digests, paths),
        ...folders.map((folder) => inits(id, folder)),
      ]),
    )
    const stream = parse<Stream>(json)
    const known = { stream, digests: recordOf(paths, digests), inits: found.flat() }
    if (!stream) return { ...known, state: initialState }
    const state = { order: parse<Order>(order) ?? initialState.order, sessions: {} }
    const wanted = [...new Set(paths.flatMap((path) => sessionsOf(stream, state, path)))]
    const sessions = recordOf(wanted, await answered(hmget(keys.current, wanted)))
    const parsed = Object.entries(sessions).map(([key, text]) => [key, JSON.parse(text) as Session])
    return { ...known, state: { ...state, sessions: Object.fromEntries(parsed) } }
  }

  async function inits(stream: string, folder: string): Promise<Known['inits']> {
    const found = await answered(redis.hgetall(keysOf(stream).inits(folder)))
    return Object.entries(found).map(([path, upload]) => ({ path, upload }))
  }

  async function commit(id: string, step: Parameters<Index['commit']>[1], folded: Folded): Promise<boolean> {
    const writes = writesOf(id, folded)
    const keys = [keysOf(id).cursors, ...new Set(writes.map(([, key]) => key))]
    const args = [step.journal, String(step.from), String(step.to), JSON.stringify(writes)]
    return (await answered(redis.eval(commitScript, keys.length, ...keys, ...args))) === 1
  }

  async function stream(id: string): Promise<IndexedStream | null> {
    const keys = keysOf(id)
    const [json, newest, cutOff, answers] = await answered(
      Promise.all([
        redis.get(keys.stream),
        redis.hvals(keys.newest),
        redis.hvals(keys.cutOff),
        redis.hvals(keys.sessions),
      ]),
    )
    const stream = parse<Stream>(json)
    if (!stream) return null
    const uploads = await judgedOf(id, [...newest, ...cutOff])
    const sessions = await Promise.all(
      answers.map((text) => withLists(id, JSON.parse(text) as SessionAnswer)),
    )
    return { stream, uploads: uploads.sort(byArrival), sessions: sessions.sort(bySession) }
  }

  async function withLists(id: string, answer: SessionAnswer): Promise<IndexedSession> {
    const list = (name: string) => redis.lrange(keysOf(id).listed(answer.key, name), 0, -1)
    const [segments, manifests] = await answered(Promise.all([list('segments'), list('manifests')]))
    return { ...answer, segments, manifests }
  }

  async function upload(stream: string, id: string): Promise<JudgedUpload | null> {
    return parse<JudgedUpload>(await answered(redis.hget(keysOf(stream).uploads, id)))
  }

  async function newest(stream: string, path: string): Promise<JudgedUpload | null> {
    const id = await answered(redis.hget(keysOf(stream).newest, path))
    return id === null ? null : upload(stream, id)
  }

  async function log(stream: string, from: number, limit: number) {
    const ids = await answered(redis.lrange(keysOf(stream).log, from, from + limit))
    const uploads = await judgedOf(stream, ids.slice(0, limit))
    return { uploads, next: ids.length > limit ? from + limit : null }
  }

  async function tallies(id: string, session: string | null): Promise<readonly Tally[]> {
    const all = session === null ? [null, ...(await answered(redis.hkeys(keysOf(id).sessions)))] : [session]
    return Promise.all(all.map((one) => tallyOf(id, one)))
  }

  async function tallyOf(id: string, session: string | null): Promise<Tally> {
    const keys = keysOf(id)
    const [counts, situations] = await answered(
      Promise.all([redis.hgetall(keys.counts(session)), redis.smembers(keys.situations(session))]),
    )
    const codes = Object.keys(counts)
    const firsts = await answered(
      Promise.all(codes.map((code) => redis.lrange(keys.first(session, code), 0, -1))),
    )
    return {
      counts: Object.fromEntries(Object.entries(counts).map(([code, count]) => [code, Number(count)])),
      first: Object.fromEntries(codes.map((code, i) => [code, firsts[i] ?? []])),
      situations: situations as Tally['situations'],
    }
  }

  async function judgedOf(stream: string, ids: readonly string[]): Promise<JudgedUpload[]> {
    const found = await answered(hmget(keysOf(stream).uploads, ids))
    return found.flatMap((text) => parse<JudgedUpload>(text) ?? [])
  }

  function hmget(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return fields.length === 0 ? Promise.resolve([]) : redis.hmget(key, ...fields)
  }
}

function writesOf(id: string, { stream, state, events }: Folded): Write[] {
  const keys = keysOf(id)
  const ofSessions = Object.values(state.sessions).flatMap((session): Write[] => [
    ['HSET', keys.current, session.key, JSON.stringify(session)],
    ['HSET', keys.sessions, session.id, JSON.stringify(sessionAnswer(session))],
  ])
  return [
    ...(stream ? [['SET', keys.stream, JSON.stringify(stream)] as const] : []),
    ['SET', keys.order, JSON.stringify(state.order)],
    ...ofSessions,
    ...events.flatMap((event) =>
      event.kind === 'deleted' ? deletion(id, event.path) : judgement(id, event),
    ),
  ]
}

function deletion(stream: string, path: string): Write[] {
  const keys = keysOf(stream)
  return [keys.newest, keys.digests, keys.cutOff, keys.inits(directoryOf(path))].map((key) => [
    'HDEL',
    key,
    path,
  ])
}

function judgement(stream: string, event: Judgement): Write[] {
  const keys = keysOf(stream)
  const { upload, findings, session, list, isNew } = event
  const { id, path, whole, kind, sha256 } = upload
  const writes: Write[] = [
    ['HSET', keys.uploads, id, JSON.stringify({ upload, findings, session })],
    ['RPUSH', keys.log, id],
    ...tallied(stream, event),
  ]
  if (!whole) return [...writes, ['HSET', keys.cutOff, path, id]]
  writes.push(
    ['HSET', keys.newest, path, id],
    ['HSET', keys.digests, path, sha256],
    ['HDEL', keys.cutOff, path],
  )
  if (kind === 'init') writes.push(['HSET', keys.inits(directoryOf(path)), path, id])
  if (session !== null && list && isNew) writes.push(['RPUSH', keys.listed(session, list), path])
  return writes
}

function tallied(stream: string, { upload, findings, session, situations }: Judgement): Write[] {
  const keys = keysOf(stream)
  const codes = [...new Set(findings.map(({ code }) => code))]
  const counted = codes.flatMap((code): Write[] => [
    ['HINCRBY', keys.counts(session), code, '1'],
    ['RPUSH', keys.first(session, code), upload.id],
    ['LTRIM', keys.first(session, code), '0', String(mostUploads - 1)],
  ])
  return situations.length > 0 ? [...counted, ['SADD', keys.situations(session), ...situations]] : counted
}

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>

const parse = <Value>(json: string | null | undefined): Value | null =>
  json ? (JSON.parse(json) as Value) : null

function recordOf(names: readonly string[], values: readonly (string | null)[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]]])))
}

const byArrival = (a: JudgedUpload, b: JudgedUpload): number =>
  a.upload.receivedAt < b.upload.receivedAt ? -1 : 1

const bySession = (a: SessionAnswer, b: SessionAnswer): number =>
  a.key.localeCompare(b.key, 'en', { numeric: true })
