import type { Redis } from 'ioredis'
import type { Folded, JudgedUpload, Known } from '../domain/fold.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import { sessionsOf } from '../domain/judge/judge.ts'
import type { Tally } from '../domain/judge/report.ts'
import { initialState, type Order, type Session } from '../domain/judge/state.ts'
import { ancestorsOf, directoryOf } from '../domain/object-path.ts'
import type { Stream } from '../domain/stream.ts'
import type { JournalEntry } from '../domain/upload.ts'
import type {
  Cursors,
  Index,
  IndexedSession,
  IndexedStream,
  Position,
  StreamSummary,
} from '../use-cases/ports.ts'
import { answered } from './client.ts'
import { keysOf, prefixOf } from './keys.ts'
import { writesOf } from './writes.ts'

// KEYS[1] position of the stream; KEYS[2…] what is written. ARGV: version expected, cursors after as JSON
// [journal, offset…], writes as JSON [[command, key, argument…]…]. 1 when written, 0 when the version is another.
const commitScript = `
  if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
  for _, write in ipairs(cjson.decode(ARGV[3])) do redis.call(unpack(write)) end
  redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, unpack(cjson.decode(ARGV[2])))
  return 1`

/** The index as Redis hashes; the position moves in the same step as what was read up to it. */
export function redisIndex(redis: Redis): Index {
  return { position, load, inits, commit, forget, stream, summary, upload, newest, tallies, log }

  async function position(stream: string): Promise<Position> {
    const { version, ...cursors } = await answered(redis.hgetall(keysOf(stream).position))
    const offsets = Object.entries(cursors).map(([journal, offset]) => [journal, Number(offset)])
    return { version: Number(version ?? 0), cursors: Object.fromEntries(offsets) }
  }

  async function load(id: string, entries: readonly JournalEntry[]): Promise<Known> {
    const keys = keysOf(id)
    const paths = [...new Set(entries.flatMap(pathsOf))]
    const places = [...new Set(paths.flatMap((path) => [path, ...ancestorsOf(path)]))]
    const [json, order, digests, folders, ...found] = await answered(
      Promise.all([
        redis.get(keys.stream),
        redis.get(keys.order),
        hmget(keys.digests, places),
        hmget(keys.folders, places),
        ...[...new Set(paths.map(directoryOf))].map((folder) => inits(id, folder)),
      ]),
    )
    const stream = parse<Stream>(json)
    const objects = { digests: recordOf(places, digests), folders: numbersOf(recordOf(places, folders)) }
    const known = { stream, ...objects, inits: found.flat() }
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

  async function commit(id: string, at: Position, cursors: Cursors, folded: Folded): Promise<boolean> {
    const writes = writesOf(id, folded)
    const keys = [keysOf(id).position, ...new Set(writes.map(([, key]) => key))]
    const moved = Object.entries(cursors).flatMap(([journal, offset]) => [journal, String(offset)])
    const args = [String(at.version), JSON.stringify(moved), JSON.stringify(writes)]
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

  async function summary(id: string): Promise<StreamSummary | null> {
    const keys = keysOf(id)
    const [json, uploads, errors, objects, sessions] = await answered(
      Promise.all([
        redis.get(keys.stream),
        redis.llen(keys.log),
        redis.get(keys.errors),
        redis.hlen(keys.newest),
        redis.hlen(keys.sessions),
      ]),
    )
    const stream = parse<Stream>(json)
    return stream && { stream, uploads, errors: Number(errors), objects, sessions }
  }

  async function forget(id: string): Promise<void> {
    const match = prefixOf(id).replace(/[[\]*?\\]/g, '\\$&')
    for (let cursor = '0'; ; ) {
      const [next, keys] = await answered(redis.scan(cursor, 'MATCH', `${match}*`, 'COUNT', 1_000))
      if (keys.length > 0) await answered(redis.unlink(...keys))
      if (next === '0') return
      cursor = next
    }
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

const parse = <Value>(json: string | null | undefined): Value | null =>
  json ? (JSON.parse(json) as Value) : null

function recordOf(names: readonly string[], values: readonly (string | null)[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]]])))
}

const numbersOf = (record: Record<string, string>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).map(([name, text]) => [name, Number(text)]))

const pathsOf = (entry: JournalEntry): readonly string[] => {
  if (entry.kind === 'upload') return [entry.upload.path]
  return entry.kind === 'object-deleted' ? [entry.path] : []
}

const byArrival = (a: JudgedUpload, b: JudgedUpload): number =>
  a.upload.receivedAt < b.upload.receivedAt ? -1 : 1

const bySession = (a: SessionAnswer, b: SessionAnswer): number =>
  a.key.localeCompare(b.key, 'en', { numeric: true })
