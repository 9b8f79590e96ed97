import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { orUnavailable } from '../../indexing/redis/connections.ts'

const atOnce = 500

/**
 * All fields of a hash, some at a time: HGETALL of a large one keeps both Redis and this process from everything else.
 * What is there from beginning to end comes at least once; while the hash grows or shrinks it may come again.
 */
export async function* scanHash(
  redis: RedisClient,
  key: string,
): AsyncGenerator<readonly (readonly [field: string, value: string])[]> {
  let cursor = '0'
  do {
    const [next, words] = await orUnavailable(redis.hscan(key, cursor, 'COUNT', atOnce))
    yield Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] ?? '', words[2 * i + 1] ?? ''])
    cursor = next
  } while (cursor !== '0')
}
