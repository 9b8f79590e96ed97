import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScript } from '@pushav/shared/redis/script.ts'
import { Cluster, type Redis } from 'ioredis'
import { devicesPrefix } from '../../devices/redis/device-index.ts'
import type { IndexAdmin } from '../ports.ts'
import { orUnavailable } from './connections.ts'
import { keysOf, prefixOf } from './redis-keys.ts'
import type { StreamCache } from './stream-cache.ts'

/** To be counted up whenever this process stores something else in Redis, or judges by other rules. */
const format = '21'
const formatKey = '{pushav}:index-format'
const derived = [`${prefixOf('*')}*`, `${devicesPrefix}*`]

// KEYS[1] any key of the stream, which leads to the server that has them all. ARGV: cursor, pattern. The next cursor.
const forgetSome = redisScript(`
  local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
  for _, key in ipairs(found[2]) do redis.call('UNLINK', key) end
  return found[1]`)

/** Removal of the index; one format for all streams. */
export function redisIndexAdmin(redis: RedisClient, cache: Pick<StreamCache, 'forget'>): IndexAdmin {
  return { renew, forgetAll, forget }

  async function renew(): Promise<void> {
    if ((await orUnavailable(redis.get(formatKey))) !== format) await forgetAll()
  }

  async function forgetAll(): Promise<void> {
    const servers = redis instanceof Cluster ? redis.nodes('master') : [redis]
    await orUnavailable(Promise.all(servers.map(forgetDerived)))
    await orUnavailable(redis.set(formatKey, format))
  }

  async function forget(stream: string): Promise<void> {
    cache.forget(stream)
    const { position } = keysOf(stream)
    const pattern = `${prefixOf(stream).replace(/[[\]*?\\]/g, '\\$&')}*`
    let cursor = '0'
    do cursor = String(await orUnavailable(forgetSome(redis, [position], [cursor, pattern])))
    while (cursor !== '0')
  }
}

/** In one walk through all keys for each pattern, however many streams there are. */
async function forgetDerived(redis: Redis): Promise<void> {
  for (const pattern of derived) await forgetMatching(redis, pattern)
}

async function forgetMatching(redis: Redis, pattern: string): Promise<void> {
  let [cursor, keys] = ['0', [] as string[]]
  do {
    ;[cursor, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000)
    await Promise.all(keys.map((key) => redis.unlink(key)))
  } while (cursor !== '0')
}
