import { deepEqual, equal, match } from 'node:assert/strict'
import { tlsTestsResponse } from '@pushav/shared/api/certificates.ts'
import { type TlsTestConnection, tlsTestIds } from '@pushav/shared/tls-tests/tls-tests.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

const connection = (change: Partial<TlsTestConnection>): TlsTestConnection => ({
  ...{ test: 'expired', address: '192.0.2.9', outcome: 'refused', requests: 0, code: '' },
  ...{ server_name: null, offers: 'TLSv1.3', tls_version: null, certificate: null },
  ...change,
})

describe('tests of TLS clients', () => {
  const suite = ingestSuite()

  const report = (ingest: Ingest, body: unknown, event = 'tls-tests') =>
    ingest.send('POST', '/events/tls-tests', JSON.stringify(body), {
      ...{ 'content-type': 'application/json' },
      ...(event ? { 'x-proxy-event': event } : {}),
    })
  const testsOf = async (ingest: Ingest) => tlsTestsResponse.parse((await ingest.get('/tls-tests')).json)
  const resultsOf = async (ingest: Ingest, id: string) =>
    (await testsOf(ingest)).tests.find((test) => test.id === id)?.results ?? []

  it('are all listed without commands or ports while they are off', async () => {
    await using ingest = await suite.start()
    const { enabled, tests } = await testsOf(ingest)
    deepEqual([enabled, tests.map(({ id }) => id)], [false, tlsTestIds])
    deepEqual([...new Set(tests.map(({ url, commands }) => `${url} ${commands.length}`))], ['null 0'])
  })

  it('say where they are once the proxy has said so, with lines for clients', async () => {
    await using ingest = await suite.start({ TLS_TEST_PORT: '0', SERVER_IP: '192.0.2.10' })
    const applied = {
      ...{ proxy: '0199b5a7-0000-4000-8000-000000000000', version: 'a'.repeat(64) },
      tls_tests: { by_name: 1300, by_test: { expired: 1303 } },
    }
    await ingest.send('POST', '/events/handover-applied', JSON.stringify(applied), {
      ...{ 'content-type': 'application/json', 'x-proxy-event': 'handover-applied' },
    })
    const { enabled, tests } = await testsOf(ingest)
    const { url, url_by_name, commands = [] } = tests.find(({ id }) => id === 'expired') ?? {}
    deepEqual(
      [enabled, url, url_by_name],
      [true, 'https://192.0.2.10:1303', 'https://expired.tls-test.localhost:1300'],
    )
    const lines = commands.map(({ lines }) => lines).join('\n')
    match(lines, /curl --cacert \S+root\.pem https:\/\/192\.0\.2\.10:1303\/time/)
    match(lines, /--connect-to ::192\.0\.2\.10:1300 https:\/\/expired\.tls-test\.localhost:1300/)
    match(lines, /openssl s_client .*-verify_ip 192\.0\.2\.10/)
    match(lines, /provision-endpoint 192\.0\.2\.10 1303/)
  })

  it('add up what each address does, over several reports', async () => {
    await using ingest = await suite.start()
    const certificate = { subject: 'CN=cam', fingerprint: 'ab' }
    const code = 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'
    equal(
      (
        await report(ingest, {
          connections: [
            connection({ code }),
            connection({ code }),
            connection({ outcome: 'closed', tls_version: 'TLSv1.2', address: '::1', certificate }),
          ],
        })
      ).status,
      204,
    )
    const [other, first] = (await resultsOf(ingest, 'expired')).toSorted((a) =>
      a.address === '::1' ? -1 : 1,
    )
    deepEqual(
      [first?.address, first?.connections, first?.refused, first?.verdict, first?.detail],
      ['192.0.2.9', 2, 2, 'correct', 'refused, as it must (alert unknown_ca)'],
    )
    deepEqual([other?.closed, other?.tls_version, other?.certificate], [1, 'TLSv1.2', certificate])
    const requests = connection({ outcome: 'requests', requests: 1, tls_version: 'TLSv1.3' })
    await report(ingest, { connections: [requests, { ...requests, outcome: 'more', requests: 4 }] })
    const now = (await resultsOf(ingest, 'expired')).find(({ address }) => address === '192.0.2.9')
    deepEqual([now?.connections, now?.requests, now?.verdict], [3, 5, 'wrong'])
    equal(now?.detail, 'accepted what it must refuse (TLSv1.3): sent 5 requests')
    deepEqual(await resultsOf(ingest, 'self-signed'), [])
  })

  it('go by device where its certificate is known, and name devices of an address where it is not', async () => {
    await using ingest = await suite.start()
    const [one, two] = [
      { subject: 'CN=one', fingerprint: 'a1' },
      { subject: 'CN=two', fingerprint: 'b2' },
    ]
    const sent = { outcome: 'requests', requests: 1, tls_version: 'TLSv1.3' } as const
    const connections = [
      connection({ ...sent, certificate: one }),
      connection({ ...sent, certificate: one, address: '192.0.2.20' }),
      connection({ ...sent, certificate: two }),
      connection({ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }),
    ]
    await report(ingest, { connections })
    const rows = (await resultsOf(ingest, 'expired')).map((result) => [
      ...[result.certificate?.subject, result.address, result.connections, result.verdict],
      result.devices.join(),
    ])
    const bySubject = rows.toSorted(([a], [b]) => String(a).localeCompare(String(b)))
    deepEqual(bySubject, [
      ['CN=one', '192.0.2.20', 2, 'wrong', ''],
      ['CN=two', '192.0.2.9', 1, 'wrong', ''],
      [undefined, '192.0.2.9', 1, 'correct', 'CN=two'],
    ])
    equal((await ingest.send('DELETE', '/tls-tests?certificate=a1')).json.cleared, 1)
    equal((await ingest.send('DELETE', '/tls-tests?certificate=a1')).json.cleared, 0)
    equal((await resultsOf(ingest, 'expired')).length, 2)
  })

  it('are forgotten on request, of one address or all', async () => {
    await using ingest = await suite.start()
    const of = (address: string) => connection({ address })
    await report(ingest, {
      connections: [of('192.0.2.1'), of('192.0.2.10'), { ...of('192.0.2.1'), test: 'good' }],
    })
    const cleared = async (query = '') => (await ingest.send('DELETE', `/tls-tests${query}`)).json.cleared
    equal(await cleared('?address=192.0.2.1'), 2)
    deepEqual(
      (await resultsOf(ingest, 'expired')).map(({ address }) => address),
      ['192.0.2.10'],
    )
    deepEqual([await cleared(), await cleared()], [1, 0])
    await report(ingest, { connections: [of('192.0.2.1')] })
    equal((await resultsOf(ingest, 'expired'))[0]?.connections, 1)
    equal((await ingest.send('DELETE', `/tls-tests?address=${'x'.repeat(101)}`)).status, 400)
  })

  it('keep the newest thousand results', async () => {
    await using ingest = await suite.start()
    const many = (from: number) =>
      Array.from({ length: 600 }, (_, n) => connection({ address: `a${from + n}` }))
    for (const from of [0, 600]) await report(ingest, { connections: many(from) })
    const addresses = (await resultsOf(ingest, 'expired')).map(({ address }) => address)
    deepEqual([addresses.length, addresses.includes('a1199')], [1_000, true])
  })

  for (const [what, body, event, status] of [
    ['a client', { connections: [connection({})] }, '', 400],
    ['no connection', { connections: [] }, 'tls-tests', 400],
    ['an unknown test', { connections: [{ ...connection({}), test: 'x' }] }, 'tls-tests', 400],
    ['too many at once', { connections: Array(1_001).fill(connection({})) }, 'tls-tests', 400],
    ['text', 'x', 'tls-tests', 400],
  ] as const)
    it(`take no report of ${what}`, async () => {
      await using ingest = await suite.start()
      equal((await report(ingest, body, event)).status, status)
      deepEqual(await resultsOf(ingest, 'expired'), [])
    })

  it('mark uploads that came through one', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.m4s', 'x', { 'x-tls-test': 'expired' })
    await ingest.put('/streams/1/b.m4s', 'x')
    const { uploads } = (await ingest.get('/streams/1/uploads')).json
    deepEqual(
      uploads.map(({ sender }: { sender: { tls_test?: string } }) => sender.tls_test),
      ['expired', undefined],
    )
  })
})
