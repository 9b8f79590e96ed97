import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import type { TlsTestConnection, TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'
import { tlsTestIds } from '@pushav/shared/tls-tests/tls-tests.ts'
import { makeLeaf, pki } from '../../test/certificates.ts'
import { ask, clientHello, closed, curl, dialHttp2 } from '../../test/clients.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

describe('tests of TLS clients', () => {
  let proxy: RunningProxy
  let ports: Partial<Record<TlsTestId, number>>
  let byName: number
  before(async () => {
    proxy = await runProxy({ TLS_TEST_PORT: '0', PROXY_HANDSHAKE_TIMEOUT: '1s' })
    const { tls_tests } = await proxy.upstream.applied()
    ports = tls_tests?.by_test ?? {}
    byName = tls_tests?.by_name ?? 0
    await handOver()
  })
  after(() => proxy.close())

  async function handOver(): Promise<void> {
    const { serverRoot, selfSigned } = await pki
    const pairOf = ({ cert, key }: { cert: string; key: string }) => ({ certificate: cert, key })
    await proxy.handOver({
      tlsTests: {
        good: pairOf(await makeLeaf(serverRoot, 'good', 'serverAuth')),
        expired: pairOf(await makeLeaf(serverRoot, 'old', 'serverAuth', [-3, -1])),
        'self-signed': pairOf(selfSigned),
      },
    })
    await proxy.logged('handover file read')
  }

  /** The next report of a connection that `work` makes. */
  async function reportOf(work: () => Promise<unknown>): Promise<TlsTestConnection> {
    const from = proxy.upstream.tested.length
    await work()
    while (proxy.upstream.tested.length === from) await once(proxy.upstream.events, 'tested')
    const found = proxy.upstream.tested[from]
    ok(found)
    return found
  }

  const portOf = (id: TlsTestId) => ports[id] ?? 0
  const get = (port: number, ...args: string[]) => curl(port, '/streams', args)

  it('have a port each, and one on which the server name chooses', () => {
    deepEqual(Object.keys(ports).sort(), [...tlsTestIds].sort())
    equal(new Set([byName, ...Object.values(ports)]).size, tlsTestIds.length + 1)
  })

  it('serve a client that accepts, mark its requests, and report it with its first request', async () => {
    const report = await reportOf(async () => equal((await get(portOf('good'))).status, 200))
    const { test, outcome, requests, code, offers, tls_version, server_name, certificate } = report
    deepEqual([test, outcome, requests, code], ['good', 'requests', 1, ''])
    deepEqual([offers, tls_version, server_name, certificate], ['TLSv1.3', 'TLSv1.3', 'localhost', null])
    equal(proxy.upstream.seen.at(-1)?.headers['x-tls-test'], 'good')
    await get(proxy.port, '-H', 'x-tls-test: expired')
    equal(proxy.upstream.seen.at(-1)?.headers['x-tls-test'], undefined)
  })

  it('report the certificate that a client showed, and later requests of its connection at its end', async () => {
    const session = await dialHttp2(portOf('good'), (await pki).device)
    const first = await reportOf(() => ask(session, { ':path': '/1' }))
    match(first.certificate?.subject ?? '', /camera 1/)
    for (const path of ['/2', '/3']) await ask(session, { ':path': path })
    const { outcome, requests } = await reportOf(async () => session.destroy())
    deepEqual([outcome, requests], ['more', 2])
  })

  for (const [id, how, code] of [
    ['expired', [], /ALERT_CERTIFICATE_EXPIRED/],
    ['self-signed', [], /ALERT_UNKNOWN_CA/],
    ['tls13-only', ['--tls-max', '1.2'], /UNSUPPORTED_PROTOCOL|VERSION/],
    ['tls12-only', ['--tlsv1.3'], /UNSUPPORTED_PROTOCOL|VERSION/],
    ['tls11-only', ['--tlsv1.2'], /UNSUPPORTED_PROTOCOL|VERSION/],
    ['null-cipher', [], /NO_SHARED_CIPHER/],
  ] as const)
    it(`report that a client refuses ${id}, with the code, and nothing as a refusal`, async () => {
      const refusals = proxy.upstream.reports.length
      for (const port of [portOf(id), byName]) {
        const host = port === byName ? `${id}.tls-test.localhost` : 'localhost'
        const report = await reportOf(async () =>
          ok((await curl(port, '/', [...how], undefined, host)).exit > 0),
        )
        deepEqual([report.test, report.outcome, report.requests], [id, 'refused', 0])
        match(report.code, code)
      }
      equal(proxy.upstream.reports.length, refusals)
    })

  for (const [id, how] of [
    ['expired', { rejectUnauthorized: false }],
    ['tls13-only', {}],
    ['tls12-only', {}],
    ['tls11-only', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['null-cipher', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }],
  ] satisfies [TlsTestId, ConnectionOptions][])
    it(`serve a client that takes ${id}`, async () => {
      const options = { servername: 'localhost', ca: (await pki).serverRoot.cert, ...how }
      const report = await reportOf(async () => {
        const socket = connect({ port: portOf(id), host: '127.0.0.1', ...options })
        socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 200/)
        await closed(socket.resume().end())
      })
      deepEqual([report.test, report.outcome], [id, 'requests'])
    })

  it('report a client that ends the connection behind the handshake', async () => {
    const report = await reportOf(async () => {
      const socket = connect({ port: portOf('expired'), host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      await closed(socket.resume().end())
    })
    deepEqual([report.test, report.outcome, report.requests], ['expired', 'closed', 0])
  })

  for (const [id, words] of [
    ['cut-fin', /SSL_ERROR_SYSCALL|unexpected eof|before secure TLS/i],
    ['cut-reset', /reset by peer/i],
  ] as const)
    it(`break off behind the ClientHello with ${id}`, async () => {
      const report = await reportOf(async () => {
        const { exit, stderr } = await get(portOf(id))
        equal(exit, 35, stderr)
        match(stderr, words)
      })
      deepEqual([report.test, report.outcome, report.offers], [id, 'refused', 'TLSv1.3'])
    })

  it('show the right certificate to a client that names no test, or none that there is', async () => {
    for (const name of ['localhost', 'nothing.tls-test.localhost']) {
      const socket = connect({ port: byName, host: '127.0.0.1', servername: name, rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      match(socket.getPeerX509Certificate()?.subject ?? '', /CN=good/)
      socket.destroy()
    }
  })

  it('wait for a first message that comes in pieces, and not for one that does not come', async () => {
    const silent = connectTcp(portOf('expired'), '127.0.0.1')
    const left = connectTcp(portOf('expired'), '127.0.0.1').end()
    await Promise.all([closed(silent.resume()), closed(left.resume())])
    const slow = connectTcp(byName, '127.0.0.1').setNoDelay()
    const hello = await clientHello({ servername: 'expired.tls-test.localhost' })
    for (let at = 0; at < hello.length; at += 20)
      await new Promise((resolve) => slow.write(hello.subarray(at, at + 20), resolve))
    const handshakeRecord = 22
    equal((await once(slow, 'data'))[0][0], handshakeRecord)
    slow.destroy()
  })

  it('refuse connections while ingest has issued no certificates', async () => {
    const alone = await runProxy({ TLS_TEST_PORT: '0' })
    const { tls_tests } = await alone.upstream.applied()
    const { exit } = await get(tls_tests?.by_test.expired ?? 0)
    equal(exit, 35)
    match(
      String(
        (await alone.logged('ingest has issued no certificate for this test; is TLS_TEST_PORT set there?'))
          .test,
      ),
      /expired/,
    )
    await alone.close()
  })

  it('are off by default', async () => {
    const plain = await runProxy()
    equal((await plain.upstream.applied()).tls_tests, null)
    await plain.close()
  })
})
