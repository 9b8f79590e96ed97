import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { JudgedUpload } from '../domain/fold.ts'
import { codeOf, type Tally, type Weighed } from '../domain/judge/report.ts'
import type { Stream } from '../domain/stream.ts'
import type { Index, StreamSummary } from '../use-cases/ports.ts'
import { byNumber } from './by-number.ts'
import { answered } from './client.ts'
import { judgedUpload } from './kept-upload.ts'
import { keysOf } from './keys.ts'
import { parseStanding } from './standing.ts'
import { hmget, parse } from './values.ts'

/** What the API answers from. */
export function redisAnswers(
  redis: RedisClient,
): Pick<Index, 'sessions' | 'summary' | 'upload' | 'newest' | 'tallies' | 'log'> {
  return { sessions, summary, upload, newest, tallies, log }

  async function sessions(id: string): Promise<readonly string[] | null> {
    const keys = keysOf(id)
    const [exists, found] = await answered(
      Promise.all([redis.exists(keys.stream), redis.hkeys(keys.sessions)]),
    )
    return exists === 1 ? found.sort(byNumber) : null
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
    const some = ids.slice(0, limit)
    const kept = await answered(hmget(redis, keysOf(stream).uploads, some))
    const uploads = some.flatMap((id, i) => (kept[i] ? [judgedUpload(id, kept[i])] : []))
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
}
