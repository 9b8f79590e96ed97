import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { Cluster, type Redis } from 'ioredis'
import type { Index } from '../ports.ts'
import { orUnavailable } from './connections.ts'
import { prefixOf } from './keys.ts'

/** To be counted up with whatever is kept otherwise in Redis, or judged otherwise. */
const format = '3'
const formatKey = '{pushav}:index-format'
const ofStreams = `${prefixOf('*')}*`

/** One format for all streams. */
export function redisIndexFormat(redis: RedisClient): Pick<Index, 'renew' | 'forgetAll'> {
  return { renew, forgetAll }

  async function renew(): Promise<void> {
    if ((await orUnavailable(redis.get(formatKey))) !== format) await forgetAll()
  }

  async function forgetAll(): Promise<void> {
    const servers = redis instanceof Cluster ? redis.nodes('master') : [redis]
    await orUnavailable(Promise.all(servers.map(forgetStreams)))
    await orUnavailable(redis.set(formatKey, format))
  }
}

/** In one walk through all keys, however many streams that are. */
async function forgetStreams(redis: Redis): Promise<void> {
  let [cursor, keys] = ['0', [] as string[]]
  do {
    ;[cursor, keys] = await redis.scan(cursor, 'MATCH', ofStreams, 'COUNT', 1_000)
    await Promise.all(keys.map((key) => redis.unlink(key)))
  } while (cursor !== '0')
}
