import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { initFoldersOf, initFor } from '../../indexing/init-segments/init-segment.ts'
import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import { decodePathEntry } from '../../indexing/redis/codecs/path-entry.ts'
import { decodeUpload } from '../../indexing/redis/codecs/upload-codec.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { decodeDevices } from '../../indexing/redis/counters/device-counters.ts'
import { keysOf } from '../../indexing/redis/redis-keys.ts'
import { readSessionViews } from '../../indexing/redis/session-views.ts'
import { readInits } from '../../indexing/redis/stream-loader.ts'
import { parse } from '../../indexing/redis/values.ts'
import { noTotals, type Totals } from '../../indexing/totals.ts'
import { type CodeWithSeverity, codeOf, type FindingCounts } from '../../validation/report.ts'
import { at, type Session, sessionKeyOf } from '../../validation/state.ts'
import type { StreamQueries, StreamSummary } from '../ports.ts'
import type { SessionView } from '../session-view.ts'
import type { Stream } from '../stream.ts'
import { byNumber } from './by-number.ts'
import { redisLogQueries } from './log-queries.ts'

/** What the API reads, besides whole streams; see `redisStreamPages`. */
export function redisQueries(redis: RedisClient): Omit<StreamQueries, 'stream'> {
  return {
    sessions,
    summary,
    upload,
    newest,
    initOf,
    tallies,
    sessionViews,
    devices,
    ...redisLogQueries(redis),
  }

  async function sessions(id: string): Promise<readonly string[] | null> {
    const keys = keysOf(id)
    const [exists, found] = await orUnavailable(
      Promise.all([redis.exists(keys.stream), redis.hkeys(keys.sessions)]),
    )
    return exists === 1 ? found.sort(byNumber) : null
  }

  async function summary(id: string): Promise<StreamSummary | null> {
    const keys = keysOf(id)
    const [json, totalsJson, objects, sessions] = await orUnavailable(
      Promise.all([
        redis.get(keys.stream),
        redis.get(keys.totals),
        redis.hlen(keys.newest),
        redis.hlen(keys.sessions),
      ]),
    )
    const stream = parse<Stream>(json)
    const totals = parse<Totals>(totalsJson) ?? noTotals
    if (!stream) return null
    const [newestSession = null] = totals.lastSession ? await sessionViews(id, [totals.lastSession]) : []
    return { stream, totals, objects, sessions, newestSession }
  }

  async function upload(stream: string, id: string): Promise<JudgedUpload | null> {
    const json = await orUnavailable(redis.hget(keysOf(stream).uploads, id))
    return json === null ? null : decodeUpload(id, json)
  }

  async function newest(stream: string, path: string): Promise<JudgedUpload | null> {
    const entry = await orUnavailable(redis.hget(keysOf(stream).newest, path))
    return entry === null ? null : upload(stream, decodePathEntry(entry).upload)
  }

  function sessionViews(id: string, sessions: readonly string[]): Promise<readonly SessionView[]> {
    return readSessionViews(redis, id, sessions)
  }

  async function devices(id: string): ReturnType<StreamQueries['devices']> {
    return decodeDevices(await orUnavailable(redis.hgetall(keysOf(id).devices)))
  }

  async function initOf(
    stream: string,
    { upload, session, track, init }: JudgedUpload,
  ): Promise<string | null> {
    if (init !== null) return init
    const keys = keysOf(stream)
    const json =
      session === null ? null : await orUnavailable(redis.hget(keys.current, sessionKeyOf(session)))
    const current = parse<Session>(json)
    const known =
      current?.id === session && track !== null ? at(current.tracks, track)?.initUpload : undefined
    if (known !== undefined) return known
    const facts = parse<Stream>(await orUnavailable(redis.get(keys.stream)))
    if (facts?.interface === 'cmaf-ingest') return null
    const { path } = upload
    const found = await Promise.all(initFoldersOf(path).map((folder) => readInits(redis, stream, folder)))
    return initFor(path, found.flat())
  }

  function tallies(id: string, sessions: readonly (string | null)[]): Promise<readonly FindingCounts[]> {
    return Promise.all(sessions.map((one) => tallyOf(id, one)))
  }

  async function tallyOf(id: string, session: string | null): Promise<FindingCounts> {
    const keys = keysOf(id)
    const [counts, preconditions] = await orUnavailable(
      Promise.all([redis.hgetall(keys.counts(session)), redis.smembers(keys.preconditions(session))]),
    )
    const codes = [...new Set((Object.keys(counts) as CodeWithSeverity[]).map(codeOf))]
    const firsts = await orUnavailable(
      Promise.all(codes.map((code) => redis.lrange(keys.first(session, code), 0, -1))),
    )
    return {
      counts: Object.fromEntries(Object.entries(counts).map(([code, count]) => [code, Number(count)])),
      first: Object.fromEntries(codes.map((code, i) => [code, firsts[i] ?? []])),
      preconditions: preconditions as FindingCounts['preconditions'],
    }
  }
}
