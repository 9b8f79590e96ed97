import { deepEqual, equal, throws } from 'node:assert/strict'
import { readSettings } from '../settings.ts'
import { parseRedisUrl, redisUrl } from './url.ts'

describe('redisPlaceOf', () => {
  it('leaves the address of one server as it is', () => {
    for (const address of [
      'redis://there',
      'rediss://u:p@there:1/2',
      'redis://[::1]:6379',
      '/run/redis.sock',
    ])
      deepEqual(parseRedisUrl(address), { kind: 'server', address })
    deepEqual(parseRedisUrl('unix:/run/redis.sock'), { kind: 'server', address: '/run/redis.sock' })
  })

  it('reads the nodes of a Cluster', () => {
    const nodes = [
      { host: 'a', port: 7000 },
      { host: '::1', port: 7001 },
      { host: '192.0.2.7', port: 6379 },
    ]
    const place = { kind: 'cluster', nodes, login: {}, isTls: false }
    deepEqual(parseRedisUrl('redis-cluster://a:7000,[::1]:7001,192.0.2.7'), place)
    deepEqual(parseRedisUrl('redis-cluster://a:7000,[::1]:7001,192.0.2.7/'), place)
  })

  it('reads who logs in and whether TLS is spoken', () => {
    const place = parseRedisUrl('rediss-cluster://cam%40:p%2Fw:x@a')
    deepEqual(place, {
      kind: 'cluster',
      nodes: [{ host: 'a', port: 6379 }],
      login: { username: 'cam@', password: 'p/w:x' },
      isTls: true,
    })
  })

  it('reads Sentinels, the name of their primary, its database and their own password', () => {
    deepEqual(parseRedisUrl('redis-sentinel://:pw@a,b:26380/main/3?sentinel=:other'), {
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
      ],
      name: 'main',
      db: 3,
      login: { password: 'pw' },
      sentinelLogin: { password: 'other' },
      isTls: false,
    })
  })
})

describe('redisUrl', () => {
  const malformed = [
    'http://there',
    'there:6379',
    'redis://',
    'redis-cluster://',
    'redis-cluster://a:x',
    'redis-cluster://a:0',
    'redis-cluster://a:65536',
    'redis-cluster://a,,b',
    'redis-cluster://a b',
    'redis-cluster://a/2',
    'redis-cluster://secret@a',
    'redis-cluster://:%@a',
    'redis-cluster://a@b@c',
    'redis-sentinel://a:1,b:2',
    'redis-sentinel://a/main/x',
    'redis-sentinel://a/main?sentinels=:x',
    'redis-sentinel:///main',
    'redis-sentinal://a/main',
  ]
  for (const url of malformed)
    it(`refuses ${url}`, () => {
      throws(() => parseRedisUrl(url), /^Error: not a redis:/)
      const { success } = redisUrl.safeParse(url)
      equal(success, false)
    })

  it('is refused without its password being told', () => {
    const env = { REDIS_URL: 'redis-cluster://cam:secret@a:x' }
    throws(
      () => readSettings(env, (setting) => ({ redis: setting('REDIS_URL', redisUrl) })),
      /REDIS_URL must be a redis:\/\/.* redis-cluster:\/\/host:port,…, but is "redis-cluster:\/\/…@a:x"/,
    )
  })
})
