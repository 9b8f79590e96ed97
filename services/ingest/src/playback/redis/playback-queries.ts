import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { JudgedUpload } from '../../indexing/judged-upload.ts'
import { decodePlayable } from '../../indexing/redis/codecs/playable-codec.ts'
import { decodeUpload } from '../../indexing/redis/codecs/upload-codec.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { keysOf } from '../../indexing/redis/redis-keys.ts'
import { hmget } from '../../indexing/redis/values.ts'
import { pairsIn } from '../../lib/pairs-in.ts'
import { inPages } from '../../streams/pages.ts'
import type { PlayableSegment, PlaybackQueries, TrackName } from '../ports.ts'

/** Sorted sets of segments by decode time, which commits write. */
export function redisPlayback(redis: RedisClient): PlaybackQueries {
  return {
    async segments(track, from) {
      const words = redis.zrangebyscore(keyOf(track), from, '+inf', 'WITHSCORES')
      return segmentsIn(await orUnavailable(words))
    },
    async extent(track) {
      const key = keyOf(track)
      const [first, last, count] = await orUnavailable(
        Promise.all([
          redis.zrangebyscore(key, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
          redis.zrevrange(key, 0, 0, 'WITHSCORES'),
          redis.zcard(key),
        ]),
      )
      const [one] = segmentsIn(first)
      const [other] = segmentsIn(last)
      return one && other ? { first: one, last: other, count } : null
    },
    async segmentAt(track, decodeTime) {
      const words = redis.zrangebyscore(keyOf(track), decodeTime, decodeTime, 'WITHSCORES')
      return segmentsIn(await orUnavailable(words)).at(-1) ?? null
    },
    async *segmentsBetween(track, from, to) {
      const key = keyOf(track)
      const total = await orUnavailable(redis.zcount(key, from, `(${to}`))
      for (let at = 0; at < total; at += pageLength) {
        const words = redis.zrangebyscore(key, from, `(${to}`, 'WITHSCORES', 'LIMIT', at, pageLength)
        yield segmentsIn(await orUnavailable(words))
      }
    },
    async uploads(stream, ids) {
      const uploads: JudgedUpload[] = []
      for (const page of inPages(ids, pageLength)) {
        const found = await orUnavailable(hmget(redis, keysOf(stream).uploads, page))
        uploads.push(...page.flatMap((id, i) => (found[i] ? [decodeUpload(id, found[i])] : [])))
      }
      return uploads
    },
  }
}

const pageLength = 2_000

const keyOf = ({ stream, session, track }: TrackName): string => keysOf(stream).playable(session, track)

const segmentsIn = (words: readonly string[]): readonly PlayableSegment[] =>
  pairsIn(words).map(([member, score]) => decodePlayable(member, score))
