import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'
import { pairsIn } from '../../lib/pairs-in.ts'

const pageFields = 500

/**
 * All fields of a hash, a page at a time: HGETALL of a large hash would block Redis and this process. A field that
 * exists all the time comes at least once; while the hash grows or shrinks it may come again.
 */
export async function* scanHash(
  redis: RedisClient,
  key: string,
): AsyncGenerator<readonly (readonly [field: string, value: string])[]> {
  let cursor = '0'
  do {
    const [next, words] = await orUnavailable(redis.hscan(key, cursor, 'COUNT', pageFields))
    yield pairsIn(words)
    cursor = next
  } while (cursor !== '0')
}
