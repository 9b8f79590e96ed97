import { deepEqual, equal, rejects } from 'node:assert/strict'
import { type RedisServer, startRedisServer } from '../testing/redis-server.ts'
import { openRedis, type RedisClient } from './client.ts'
import { redisScript } from './script.ts'

describe('a script', () => {
  let server: RedisServer
  let redis: RedisClient
  before(async () => {
    server = await startRedisServer()
    redis = openRedis(server.path, { waitsForReconnect: true, enableAutoPipelining: true }, () => undefined)
  })
  after(async () => {
    redis.disconnect()
    await server[Symbol.asyncDispose]()
  })

  const calls = async (command: string): Promise<number> => {
    const statistics = await redis.info('commandstats')
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(statistics)?.[1] ?? 0)
  }

  it('gets its keys and arguments, and is sent once', async () => {
    const add = redisScript(
      `redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('HLEN', KEYS[1])`,
    )
    equal(await add(redis, ['{k}'], ['one', 1]), 1)
    deepEqual(await Promise.all([add(redis, ['{k}'], ['two', 2]), add(redis, ['{k}'], ['three', 3])]), [2, 3])
    deepEqual(await redis.hgetall('{k}'), { one: '1', two: '2', three: '3' })
    equal(await calls('eval'), 1)
    equal(await calls('evalsha'), 3)
  })

  it('is sent again to a server that has lost it', async () => {
    const one = redisScript('return 1')
    equal(await one(redis, [], []), 1)
    await redis.script('FLUSH')
    equal(await one(redis, [], []), 1)
  })

  it('throws the errors of Redis, and is not run twice for them', async () => {
    const failing = redisScript(`redis.call('INCR', KEYS[1]) return redis.error_reply('ERR as asked')`)
    await rejects(failing(redis, ['{n}'], []), /as asked/)
    await rejects(failing(redis, ['{n}'], []), /as asked/)
    equal(await redis.get('{n}'), '2')
  })
})
