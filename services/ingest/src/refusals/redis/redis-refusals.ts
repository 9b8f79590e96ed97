import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScript } from '@pushav/shared/redis/script.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { pairsIn } from '../../lib/pairs-in.ts'
import type { Refusals, RefusedClient } from '../refusals.ts'

const keys = { byTime: '{pushav}:refusals', counts: '{pushav}:refusal-counts' } as const
const maxKept = 1_000

// KEYS[1] refusals by time, KEYS[2] counts. ARGV: time, refusal, how many are kept. The count.
const record = redisScript(`
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
  local count = redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
  for _, old in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1 - ARGV[3])) do
    redis.call('ZREM', KEYS[1], old)
    redis.call('HDEL', KEYS[2], old)
  end
  return count`)

/** The newest 1000, as members of a sorted set; the minute is in the member, so that equal ones count once. */
export function redisRefusals(redis: RedisClient, now: () => Date): Refusals {
  return {
    async record(refused) {
      const nowMs = now().getTime()
      const member = JSON.stringify({ minute: Math.floor(nowMs / 60_000), ...refused })
      const { byTime, counts } = keys
      return Number(await orUnavailable(record(redis, [byTime, counts], [nowMs, member, maxKept])))
    },
    async newest(limit) {
      const words = await orUnavailable(redis.zrevrange(keys.byTime, 0, limit - 1, 'WITHSCORES'))
      const found = pairsIn(words)
      if (found.length === 0) return []
      const counts = await orUnavailable(redis.hmget(keys.counts, ...found.map(([member]) => member)))
      return found.map(([member, atMs], i) => {
        const { minute: _minute, ...refused } = JSON.parse(member) as RefusedClient & { minute: number }
        return { ...refused, at: new Date(Number(atMs)).toISOString(), count: Number(counts[i] ?? 1) }
      })
    },
  }
}
