import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { deviceOf, identityHeadersOf } from '@pushav/shared/identity.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { makeCsr } from '../testing/openssl.ts'

describe('quotas', () => {
  const suite = ingestSuite()

  it('refuse with 507 what is over them, before the body is asked for, and take more after a deletion', async () => {
    await using ingest = await suite.start({ QUOTA_STREAM_BYTES: '1000', QUOTA_STREAMS: '2' })
    await ingest.send('POST', '/streams')
    equal((await ingest.put('/streams/1/a', Buffer.alloc(900))).status, 202)
    const refused = await ingest.put('/streams/1/b', Buffer.alloc(101))
    deepEqual(
      [refused.status, refused.json.code, refused.json.quota, refused.json.limit],
      [...[507, 'quota-exceeded', 'stream-bytes', 1_000]],
    )
    const waiting = ingest.begin('PUT', '/streams/1/c', { expect: '100-continue', 'content-length': '101' })
    waiting.on('continue', () => waiting.destroy(new Error('asked for the body')))
    waiting.flushHeaders()
    const [response] = await once(waiting, 'response')
    equal(response.statusCode, 507)
    waiting.destroy()
    equal((await ingest.put('/streams/1/d', Buffer.alloc(100))).status, 202)
    equal((await ingest.put('/streams/1/e', Buffer.alloc(0))).status, 200)

    equal((await ingest.send('POST', '/streams')).status, 201)
    const third = await ingest.send('POST', '/streams')
    deepEqual([third.status, third.json.quota], [507, 'streams'])
    equal((await ingest.send('DELETE', '/streams/1')).status, 200)
    equal((await ingest.send('POST', '/streams')).status, 201)
  })

  it('end an upload of unannounced length where it goes over, and keep nothing of it', async () => {
    await using ingest = await suite.start({ QUOTA_BYTES: '200KiB' })
    await ingest.send('POST', '/streams')
    const long = ingest.begin('PUT', '/streams/1/a')
    long.on('error', () => undefined)
    const responded = once(long, 'response')
    for (let i = 0; i < 4; i++) long.write(Buffer.alloc(65_536))
    const [response] = await responded
    equal(response.statusCode, 507)
    long.destroy()
    equal((await ingest.get('/streams/1?summary=true')).json.uploads, 0)
    equal((await ingest.put('/streams/1/b', Buffer.alloc(204_800))).status, 202)
  })

  it('count what comes out of a content coding, while it comes', async () => {
    await using ingest = await suite.start({ QUOTA_BYTES: '1MiB' })
    await ingest.send('POST', '/streams')
    const put = (path: string, bytes: number) =>
      ingest.put(`/streams/1/${path}`, gzipSync(Buffer.alloc(bytes)), { 'content-encoding': 'gzip' })
    const refused = await put('large', 8_388_608)
    deepEqual([refused.status, refused.json.quota], [507, 'bytes'])
    equal((await ingest.get('/streams/1?summary=true')).json.uploads, 0)
    equal((await put('fits', 1_048_576)).status, 202)
    equal((await put('more', 1_024)).status, 507)
  })

  it('know after a restart what is stored, of each device too', async () => {
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
      await ingest.put('/streams/1/a', Buffer.alloc(600))
    }
    await using ingest = await suite.start({ QUOTA_DEVICE_BYTES: '1000', QUOTA_DEVICE_STREAMS: '1' })
    const refused = await ingest.put('/streams/1/b', Buffer.alloc(401))
    deepEqual([refused.status, refused.json.quota], [507, 'device-bytes'])
    equal((await ingest.send('POST', '/streams')).json.quota, 'device-streams')
    equal((await ingest.put('/streams/1/b', Buffer.alloc(400))).status, 202)
  })

  it('of a device hold when it renews its certificate, after a restart and when the index is rebuilt', async () => {
    const limits = { QUOTA_DEVICE_BYTES: '1000', QUOTA_DEVICE_STREAMS: '1' }
    const csr = makeCsr(suite.path(), 'p256')
    {
      await using ingest = await suite.start(limits)
      const first = await issue(ingest)
      equal((await ingest.send('POST', '/streams', undefined, identityOf(first))).status, 201)
      equal((await ingest.put('/streams/1/a', Buffer.alloc(600), identityOf(first))).status, 202)
      const renewed = await issue(ingest)
      notEqual(renewed, first)
      await assertRefused(ingest, renewed)
      equal((await ingest.put('/streams/1/c', Buffer.alloc(200), identityOf(renewed))).status, 202)
    }
    {
      await using ingest = await suite.start(limits)
      await assertRefused(ingest, await issue(ingest))
    }
    await suite.flush()
    await using ingest = await suite.start(limits)
    const newest = identityOf(await issue(ingest))
    equal((await ingest.put('/streams/1/d', Buffer.alloc(201), newest)).status, 507)
    equal((await ingest.send('POST', '/streams', undefined, newest)).status, 507)
    equal((await ingest.put('/streams/1/d', Buffer.alloc(200), newest)).status, 202)
    equal((await ingest.put('/streams/1/e', Buffer.alloc(900))).status, 202)

    async function issue(ingest: Ingest): Promise<string> {
      const { json } = await ingest.send('POST', '/certs/cam/sign', JSON.stringify({ csr }))
      return json.cert_pem
    }

    async function assertRefused(ingest: Ingest, certificate: string): Promise<void> {
      const headers = identityOf(certificate)
      const upload = await ingest.put('/streams/1/b', Buffer.alloc(401), headers)
      const stream = await ingest.send('POST', '/streams', undefined, headers)
      deepEqual([upload.status, upload.json.quota], [507, 'device-bytes'])
      deepEqual([stream.status, stream.json.quota], [507, 'device-streams'])
    }
  })

  it('reach not into the reserve of the disk with anything that a client has written', async () => {
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
    }
    await using ingest = await suite.start({ DISK_RESERVE: '1000000GiB' })
    const sent = await Promise.all([
      ingest.put('/streams/1/a', 'x'),
      ingest.send('POST', '/streams'),
      ingest.send('PUT', '/expectations/1', JSON.stringify({ tracks: [{ name: 'video' }] })),
      ingest.send(
        'POST',
        '/streams/1/expectedTrackNames',
        JSON.stringify({ expected_track_names: ['video'] }),
      ),
      ingest.send('POST', '/streams/1/trackName', JSON.stringify({ track_name: 'video' })),
    ])
    deepEqual(
      sent.map(({ status, json }) => [status, json.code]),
      sent.map(() => [507, 'disk-full']),
    )
    equal((await ingest.send('DELETE', '/streams/1')).status, 200)
  })

  it('hold for uploads that come together', async () => {
    await using ingest = await suite.start({ QUOTA_UPLOADS: '5' })
    await ingest.send('POST', '/streams')
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ingest.put(`/streams/1/${i}`, 'some bytes')),
    )
    equal(responses.filter(({ status }) => status === 202).length, 5)
    equal(responses.filter(({ status }) => status === 507).length, 15)
  })
})

/** What the proxy says of a client with this certificate, PEM. */
function identityOf(certificate: string) {
  const device = deviceOf(new X509Certificate(certificate))
  const [address, port, tlsVersion, cipher, alpn] = ['192.0.2.7', 4711, 'TLSv1.3', 'X', 'h2'] as const
  const headers = identityHeadersOf({ address, port, tlsVersion, cipher, alpn, device }, '')
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'x-proxy-secret'))
}
