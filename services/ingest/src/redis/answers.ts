import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { JudgedUpload } from '../domain/fold.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import { codeOf, type Tally, type Weighed } from '../domain/judge/report.ts'
import type { Stream } from '../domain/stream.ts'
import type { Index, IndexedSession, IndexedStream, ListedUpload, StreamSummary } from '../use-cases/ports.ts'
import { answered } from './client.ts'
import { judgedUpload } from './kept-upload.ts'
import { keysOf } from './keys.ts'
import { parseStanding } from './standing.ts'
import { hmget, parse } from './values.ts'

/** Parsing takes time in which no upload is served. */
const mostAtOnce = 1_000

/** What the API answers from. */
export function redisAnswers(
  redis: RedisClient,
): Pick<Index, 'stream' | 'sessions' | 'summary' | 'upload' | 'newest' | 'tallies' | 'log'> {
  return { stream, sessions, summary, upload, newest, tallies, log }

  async function stream(id: string): Promise<IndexedStream | null> {
    const keys = keysOf(id)
    const [json, newest, cutOff, answers] = await answered(
      Promise.all([
        redis.get(keys.stream),
        redis.hgetall(keys.newest),
        redis.hgetall(keys.cutOff),
        redis.hvals(keys.sessions),
      ]),
    )
    const stream = parse<Stream>(json)
    if (!stream) return null
    const uploads = await listed(id, [...Object.entries(newest), ...Object.entries(cutOff)])
    const sessions = await Promise.all(
      answers.map((text) => withLists(id, JSON.parse(text) as SessionAnswer)),
    )
    return { stream, uploads, sessions: sessions.sort(bySession) }
  }

  async function sessions(id: string): Promise<readonly string[] | null> {
    const keys = keysOf(id)
    const [exists, found] = await answered(
      Promise.all([redis.exists(keys.stream), redis.hkeys(keys.sessions)]),
    )
    return exists === 1 ? found.sort(byNumber) : null
  }

  /** In arrival order. Only of what was rejected more is read than what stands at its path. */
  async function listed(id: string, found: readonly [path: string, text: string][]): Promise<ListedUpload[]> {
    const standing = found.map(([path, text]) => ({ path, ...parseStanding(text) }))
    standing.sort((a, b) => a.receivedMs - b.receivedMs)
    const rejected = standing.filter(({ isAccepted }) => !isAccepted).map(({ upload }) => upload)
    const findings = new Map(
      (await judgedOf(id, rejected)).map(({ upload, findings }) => [upload.id, findings]),
    )
    return standing.map(({ path, session, upload, isAccepted }) => ({
      ...{ path, session },
      rejected: isAccepted ? null : (findings.get(upload) ?? []),
    }))
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

  async function withLists(id: string, answer: SessionAnswer): Promise<IndexedSession> {
    const list = (name: string) => redis.lrange(keysOf(id).listed(answer.key, name), 0, -1)
    const [segments, manifests] = await answered(Promise.all([list('segments'), list('manifests')]))
    return { ...answer, segments, manifests }
  }

  async function upload(stream: string, id: string): Promise<JudgedUpload | null> {
    const kept = await answered(redis.hget(keysOf(stream).uploads, id))
    return kept === null ? null : judgedUpload(id, kept)
  }

  async function newest(stream: string, path: string): Promise<JudgedUpload | null> {
    const text = await answered(redis.hget(keysOf(stream).newest, path))
    return text === null ? null : upload(stream, parseStanding(text).upload)
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
    const codes = [...new Set((Object.keys(counts) as Weighed[]).map(codeOf))]
    const firsts = await answered(
      Promise.all(codes.map((code) => redis.lrange(keys.first(session, code), 0, -1))),
    )
    return {
      counts: Object.fromEntries(Object.entries(counts).map(([weighed, count]) => [weighed, Number(count)])),
      first: Object.fromEntries(codes.map((code, i) => [code, firsts[i] ?? []])),
      situations: situations as Tally['situations'],
    }
  }

  async function judgedOf(stream: string, ids: readonly string[]): Promise<JudgedUpload[]> {
    const judged: JudgedUpload[] = []
    for (let from = 0; from < ids.length; from += mostAtOnce) {
      const some = ids.slice(from, from + mostAtOnce)
      const found = await answered(hmget(redis, keysOf(stream).uploads, some))
      for (const [i, id] of some.entries()) {
        const kept = found[i]
        if (kept) judged.push(judgedUpload(id, kept))
      }
    }
    return judged
  }
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

const bySession = (a: SessionAnswer, b: SessionAnswer): number => byNumber(a.key, b.key)
