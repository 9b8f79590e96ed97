import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { JudgedUpload } from '../domain/fold.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import { codeOf, type Tally, type Weighed } from '../domain/judge/report.ts'
import type { Stream } from '../domain/stream.ts'
import type { Index, IndexedSession, IndexedStream, StreamSummary } from '../use-cases/ports.ts'
import { answered } from './client.ts'
import { keysOf } from './keys.ts'
import { hmget, parse } from './values.ts'

/** What the API answers from. */
export function redisAnswers(
  redis: RedisClient,
): Pick<Index, 'stream' | 'summary' | 'upload' | 'newest' | 'tallies' | 'log'> {
  return { stream, summary, upload, newest, tallies, log }

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
    const found = await answered(hmget(redis, keysOf(stream).uploads, ids))
    return found.flatMap((text) => parse<JudgedUpload>(text) ?? [])
  }
}

const byArrival = (a: JudgedUpload, b: JudgedUpload): number =>
  a.upload.receivedAt < b.upload.receivedAt ? -1 : 1

const bySession = (a: SessionAnswer, b: SessionAnswer): number =>
  a.key.localeCompare(b.key, 'en', { numeric: true })
