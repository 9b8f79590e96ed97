import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScript } from '@pushav/shared/redis/script.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import type { VerdictStates } from '../watch-verdicts.ts'

const key = '{pushav}:expectation-verdicts'

// KEYS[1] states by stream. ARGV: stream, state. 1 when it was another one, else 0.
const change = redisScript(`
  if (redis.call('HGET', KEYS[1], ARGV[1]) or 'pending') == ARGV[2] then return 0 end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return 1`)

/** Verdict states in one hash of all streams: the keys of a stream go when the index is rebuilt, which changes no verdict. */
export const redisVerdictStates = (redis: RedisClient): VerdictStates => ({
  streams: () => orUnavailable(redis.hkeys(key)),
  async reset(stream) {
    await orUnavailable(redis.hset(key, stream, 'pending'))
  },
  change: async (stream, state) => (await orUnavailable(change(redis, [key], [stream, state]))) === 1,
  async forget(stream) {
    await orUnavailable(redis.hdel(key, stream))
  },
})
