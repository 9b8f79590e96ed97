import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { timeOfId } from '@pushav/shared/uploads/time-of-id.ts'
import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import { decodePathEntry } from '../../indexing/redis/codecs/path-entry.ts'
import { decodeUpload } from '../../indexing/redis/codecs/upload-codec.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { decodeMinutes } from '../../indexing/redis/counters/minute-counters.ts'
import { keysOf } from '../../indexing/redis/redis-keys.ts'
import { hmget } from '../../indexing/redis/values.ts'
import { inPages } from '../pages.ts'
import type { MinuteCounts, StreamQueries } from '../ports.ts'

const maxVersions = 100
/** Sessions whose counts are read together. */
const sessionsPerRead = 64

/** Reads of a stream's uploads in the order of their verdicts, and of what is counted of them by minute. */
export function redisLogQueries(
  redis: RedisClient,
): Pick<StreamQueries, 'log' | 'logLength' | 'positionAt' | 'versions' | 'minutes'> {
  return { log, logLength, positionAt, versions, minutes }

  async function log(stream: string, from: number, limit: number): ReturnType<StreamQueries['log']> {
    const { log, uploads: rows } = keysOf(stream)
    const ids = await orUnavailable(redis.lrange(log, from, from + limit))
    const page = ids.slice(0, limit)
    const found = await orUnavailable(hmget(redis, rows, page))
    const uploads = page.flatMap((id, i) => (found[i] ? [decodeUpload(id, found[i])] : []))
    const bytes = found.reduce((sum, json) => sum + (json?.length ?? 0), 0)
    return { uploads, bytes, next: ids.length > limit ? from + limit : null }
  }

  function logLength(stream: string): Promise<number> {
    return orUnavailable(redis.llen(keysOf(stream).log))
  }

  /** Searches by bisection: but for journals that were merged late, the log is in the order of reception. */
  async function positionAt(stream: string, receivedMs: number): Promise<number> {
    let [low, high] = [0, await logLength(stream)]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((await receivedMsAt(stream, middle)) < receivedMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The time of an upload's receipt; where retention has removed the upload, of the arrival of its request. */
  async function receivedMsAt(stream: string, position: number): Promise<number> {
    const { log, uploads: rows } = keysOf(stream)
    const id = await orUnavailable(redis.lindex(log, position))
    if (id === null) return Number.POSITIVE_INFINITY
    const row = await orUnavailable(redis.hget(rows, id))
    return row === null ? timeOfId(id) : Date.parse(decodeUpload(id, row).upload.receivedAt)
  }

  async function versions(stream: string, path: string): Promise<readonly JudgedUpload[]> {
    const keys = keysOf(stream)
    const [older, ...entries] = await orUnavailable(
      Promise.all([
        redis.zrevrange(keys.versions(path), 0, maxVersions - 1),
        redis.hget(keys.newest, path),
        redis.hget(keys.cutOff, path),
      ]),
    )
    const newest = entries.flatMap((entry) => (entry === null ? [] : [decodePathEntry(entry).upload]))
    const ids = [...new Set([...newest, ...older])].sort().reverse().slice(0, maxVersions)
    const found = await orUnavailable(hmget(redis, keys.uploads, ids))
    return ids.flatMap((id, i) => (found[i] ? [decodeUpload(id, found[i])] : []))
  }

  async function minutes(stream: string, session: string | null): ReturnType<StreamQueries['minutes']> {
    const keys = keysOf(stream)
    const sessions =
      session === null ? [null, ...(await orUnavailable(redis.hkeys(keys.sessions)))] : [session]
    const counts: MinuteCounts[] = []
    for (const some of inPages(sessions, sessionsPerRead)) {
      const found = await orUnavailable(Promise.all(some.map((one) => redis.hgetall(keys.minutes(one)))))
      for (const fields of found) counts.push(...decodeMinutes(fields))
    }
    return counts
  }
}
