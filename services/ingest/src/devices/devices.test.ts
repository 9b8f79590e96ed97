import { deepEqual, equal } from 'node:assert/strict'
import { device as deviceSchema, devicesResponse } from '@pushav/shared/api/devices.ts'
import { Redis } from 'ioredis'
import type { DeviceCounts } from '../streams/ports.ts'
import { ingestSuite } from '../testing/ingest.ts'
import { redisDeviceIndex } from './redis/device-index.ts'

describe('devices', () => {
  const suite = ingestSuite()

  it('are added up over all streams, and without those that are deleted', async () => {
    await using ingest = await suite.start()
    for (const stream of [1, 2]) {
      await ingest.send('POST', '/streams')
      await ingest.put(`/streams/${stream}/a.txt`, 'text', { 'user-agent': 'Cam/1.0' })
    }
    const one = async () =>
      deviceSchema.parse((await ingest.get(`/devices/${suite.device().fingerprint}`)).json)
    const { uploads, errors, streams, user_agent, addresses, revoked } = await one()
    deepEqual([streams, uploads, errors], [[2, 1], 2, 2])
    deepEqual([user_agent, addresses, revoked], ['Cam/1.0', ['192.0.2.7'], false])
    await ingest.send('DELETE', '/streams/2')
    const left = await one()
    deepEqual([left.streams, left.stream_count, left.uploads, left.errors], [[1], 1, 1, 1])
    await ingest.send('DELETE', '/streams/1')
    equal((await ingest.get(`/devices/${suite.device().fingerprint}`)).status, 404)
    deepEqual((await ingest.get('/devices')).json, { devices: [], total: 0, next_cursor: null })
  })

  it('are all there after a crash that came before they were added up', async () => {
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
      await ingest.put('/streams/1/a.txt', 'text')
    }
    await using redis = await connect()
    await redis.client.del(...(await redis.client.keys('{devices}:*')))
    await using ingest = await suite.start()
    const { devices } = devicesResponse.parse((await ingest.get('/devices')).json)
    deepEqual(
      devices.map(({ uploads }) => uploads),
      [1],
    )
  })

  it('come in pages, the one seen last first', async () => {
    await using ingest = await suite.start()
    await using redis = await connect()
    const index = redisDeviceIndex(redis.client)
    for (let n = 1; n <= 25; n++) await index.add(String(n), counts({ fingerprint: `f${n}`, minute: n }))
    const page = async (query: string) => devicesResponse.parse((await ingest.get(`/devices${query}`)).json)
    const first = await page('?limit=20')
    deepEqual([first.devices.length, first.total, first.next_cursor], [20, 25, 20])
    equal(first.devices[0]?.fingerprint, 'f25')
    const { devices, next_cursor } = await page('?limit=20&cursor=20')
    deepEqual(
      devices.map(({ fingerprint }) => fingerprint),
      ['f5', 'f4', 'f3', 'f2', 'f1'],
    )
    equal(next_cursor, null)
    equal((await ingest.get('/devices?limit=0')).status, 400)
  })

  it('cost as many commands with a thousand streams as with one', async () => {
    await using redis = await connect()
    const index = redisDeviceIndex(redis.client)
    await index.add('1', counts({}))
    const few = await redis.commandsOf(() => index.page(0, 100))
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => index.add(String(n + 1), counts({}))))
    equal(await redis.commandsOf(() => index.page(0, 100)), few)
    const totals = await index.totals('f')
    deepEqual([totals?.streamCount, totals?.streams.length, totals?.uploads], [1_000, 100, 3_000])
  })

  it('keep their newest addresses and contact, in whatever order counts come in', async () => {
    await using redis = await connect()
    const index = redisDeviceIndex(redis.client)
    const at = (minute: number) => new Date(minute * 60_000).toISOString()
    const addresses = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`192.0.2.${n}`, at(n)]))
    await index.add('1', { ...counts({ minute: 29, uploads: 9 }), addresses })
    await index.add('1', counts({ minute: 5, uploads: 4 }))
    await index.add('2', counts({ minute: 1 }))
    const totals = await index.totals('f')
    deepEqual([totals?.uploads, totals?.last.at, totals?.firstSeen], [12, at(29), at(0)])
    deepEqual([totals?.addresses.length, totals?.addresses[0]], [16, '192.0.2.29'])
    deepEqual(totals?.streams, ['1', '2'])
  })

  /** A connection that counts the commands of all connections. */
  async function connect() {
    const client = new Redis(suite.redis().path)
    const count = async () => Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1])
    return {
      client,
      async commandsOf(work: () => Promise<unknown>): Promise<number> {
        const before = await count()
        await work()
        return (await count()) - before
      },
      async [Symbol.asyncDispose]() {
        await client.quit()
      },
    }
  }
})

function counts({ fingerprint = 'f', minute = 0, uploads = 3 }): DeviceCounts {
  const at = new Date(minute * 60_000).toISOString()
  return {
    ...{ fingerprint, uploads, errors: 1, firstSeen: new Date(0).toISOString() },
    stored: { uploads, bytes: 0 },
    last: {
      ...{ at, subject: 'CN=cam', serial: '1f', notAfter: '2027-01-01T00:00:00.000Z' },
      ...{ http: '2', tls: 'TLSv1.3', userAgent: null },
    },
    addresses: { '192.0.2.7': at },
  }
}
