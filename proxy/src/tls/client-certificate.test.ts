import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { handoverVersionOf } from '@pushav/shared/handover.ts'
import { readPeer } from '@pushav/shared/identity.ts'
import { type Identity, makeOddLeaf, pki } from '../../test/certificates.ts'
import { ask, closed, curl, dial, dialHttp2, received } from '../../test/clients.ts'
import { type RunningProxy, runProxy, secret } from '../../test/running-proxy.ts'
import { faultOf } from './client-certificate.ts'

/** Of which the test needs no more. */
const trust = { revokedSerials: new Set<string>(), roots: [], rootNames: [] }

type Name = Exclude<keyof Awaited<typeof pki>, never>

describe('a client certificate', () => {
  let proxy: RunningProxy
  before(async () => {
    proxy = await runProxy()
  })
  after(() => proxy.close())

  const refused: [Name, string, RegExp][] = [
    [
      'foreign',
      'certificate-untrusted',
      /issued by "CN=other root"; this server accepts certificates issued by "CN=device root"/,
    ],
    ['forged', 'certificate-untrusted', /name of an accepted root but not its key/],
    ['selfSigned', 'certificate-untrusted', /"CN=self" is self-signed/],
    ['expired', 'certificate-expired', /expired since \d{4}-/],
    ['future', 'certificate-not-yet-valid', /not valid before \d{4}-/],
    ['serverOnly', 'certificate-purpose', /lacks clientAuth/],
    ['withoutPurpose', 'certificate-purpose', /has no extended key usage, which must name clientAuth/],
    ['anyPurpose', 'certificate-purpose', /is anyExtendedKeyUsage, but must name clientAuth/],
    [
      'unknownCritical',
      'certificate-extension-unknown',
      /critical extension that this server does not know \(1\.2\.840\.113556\.1\.4\.7000\)/,
    ],
  ]
  for (const [name, code, words] of refused)
    for (const version of ['--http1.1', '--http2'])
      it(`that is ${name} gets 403 with a reason (F-04, D-05, ${version})`, async () => {
        const before = proxy.upstream.seen.length
        const { status, body } = await curl(proxy.port, '/x', [version, '-T', '/dev/null'], (await pki)[name])
        equal(status, 403)
        const problem = JSON.parse(body)
        deepEqual({ status: problem.status, code: problem.code }, { status: 403, code })
        match(problem.detail, words)
        equal(proxy.upstream.seen.length, before)
        match(String((await proxy.logged('client certificate refused')).address), /127\.0\.0\.1|::1/)
      })

  for (const name of ['device', 'bothPurposes', 'unknownUncritical'] as const)
    for (const version of ['--http1.1', '--http2', '--tls-max=1.2'])
      it(`that is ${name} becomes the identity that ingest reads (C-07, ${version})`, async () => {
        const identity: Identity = (await pki)[name]
        await curl(proxy.port, '/x', version.split('='), identity)
        const peer = readPeer(proxy.upstream.seen.at(-1)?.headers ?? {}, secret)
        equal(peer?.device?.certificate, new X509Certificate(identity.cert).raw.toString('base64'))
        equal(peer?.tlsVersion, version.endsWith('1.2') ? 'TLSv1.2' : 'TLSv1.3')
        match(peer?.address ?? '', /^(127\.0\.0\.1|::1)$/)
      })

  it('is displayed without its control and format characters', async () => {
    const from = proxy.lines.length
    const stranger = await makeOddLeaf((await pki).otherRoot, '\u009b31m\u202eev\u2028il', [])
    const { body } = await curl(proxy.port, '/x', [], await makeOddLeaf(stranger, 'camera', []))
    for (const text of [body, String((await proxy.logged('client certificate refused', from)).detail)]) {
      match(text, /u\{9b\}31m\\+u\{202e\}ev\\+u\{2028\}il/)
      doesNotMatch(text, /[\u009b\u202e\u2028]/)
    }
  })

  it('that ends while its connection is open is refused from the next request on', async () => {
    const certificate = new X509Certificate((await pki).device.cert)
    const [notBefore, notAfter] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
    // As read at the handshake, when it was good; no later handshake tells OpenSSL otherwise.
    const purposes = certificate.keyUsage ?? null
    const presented = { certificate, serial: '01', notBefore, notAfter, chainFault: null, purposes }
    const codeAt = (now: number) => faultOf(presented, trust, now)?.code ?? null
    deepEqual([codeAt(notAfter - 1), codeAt(notAfter + 1)], [null, 'certificate-expired'])
    deepEqual([codeAt(notBefore), codeAt(notBefore - 1)], [null, 'certificate-not-yet-valid'])
  })

  it('that is missing leaves the device unknown', async () => {
    equal((await curl(proxy.port, '/x', [])).status, 200)
    const headers = proxy.upstream.seen.at(-1)?.headers ?? {}
    equal(readPeer(headers, secret)?.device, null)
    equal(headers['client-cert'], undefined)
  })

  it('belongs to its connection when two devices send in turn', async () => {
    const { device, secondDevice } = await pki
    const [one, two] = [await dialHttp2(proxy.port, device), await dialHttp2(proxy.port, secondDevice)]
    const subjects: (string | undefined)[] = []
    for (const session of [one, two, one, two]) {
      await ask(session, { ':path': '/x' })
      subjects.push(readPeer(proxy.upstream.seen.at(-1)?.headers ?? {}, secret)?.device?.subject)
    }
    deepEqual(subjects, ['CN=camera 1', 'CN=camera 2', 'CN=camera 1', 'CN=camera 2'])
    one.destroy()
    two.destroy()
  })

  it('is known in a resumed TLS session too', async () => {
    const { device } = await pki
    const first = await dial(proxy.port, { ...device, maxVersion: 'TLSv1.2' })
    const session = first.getSession() as Buffer
    first.destroy()
    const socket = await dial(proxy.port, { ...device, maxVersion: 'TLSv1.2', session })
    equal(socket.isSessionReused(), true)
    socket.write('GET /resumed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    match(await received(socket), /^HTTP\/1\.1 200/)
    equal(readPeer(proxy.upstream.seen.at(-1)?.headers ?? {}, secret)?.device?.subject, 'CN=camera 1')
  })

  const spoofs = [
    'Client-Cert: :AA==:',
    'client_cert: :AA==:',
    'X-Client-Verify: SUCCESS',
    'X_Client_Verify: SUCCESS',
    'X-Client-Cert-Sha256: 00',
    'X-Proxy-Secret: 00',
    'X-Forwarded-For: 6.6.6.6',
    'X-Forwarded-Host: evil',
    'X-Request-Id: mine',
    'X-Http-Version: 9',
    'Forwarded: for=6.6.6.6',
    'Via: evil',
    'X-Real-IP: 6.6.6.6',
    'X-SSL-Client-S-DN: CN=evil',
  ]
  for (const version of ['--http1.1', '--http2'])
    it(`cannot be claimed in headers (${version})`, async () => {
      const args = spoofs.flatMap((spoof) => ['-H', spoof])
      await curl(proxy.port, '/spoof', [version, ...args])
      const { rawHeaders = [] } = proxy.upstream.seen.at(-1) ?? {}
      for (const spoof of spoofs) {
        const [, value = ''] = spoof.split(': ')
        equal(rawHeaders.includes(value), false, spoof)
      }
      equal(rawHeaders.filter((name) => name.toLowerCase() === 'x-client-verify').length, 1)
    })
})

describe('a client certificate with CLIENT_CERTIFICATE=reject', () => {
  it('that does not verify closes the connection without a response (D-05)', async () => {
    const proxy = await runProxy({ CLIENT_CERTIFICATE: 'reject' })
    const { foreign, device } = await pki
    equal((await curl(proxy.port, '/x', [], foreign)).status, 0)
    equal((await proxy.logged('client certificate refused')).code, 'certificate-untrusted')
    equal((await curl(proxy.port, '/x', [], device)).status, 200)
    equal((await curl(proxy.port, '/x', [])).status, 200)
    await proxy.close()
  })
})

describe('the handover file', () => {
  let proxy: RunningProxy
  beforeEach(async () => {
    proxy = await runProxy()
  })
  afterEach(() => proxy.close())

  it('revokes a certificate on a connection that is open', async () => {
    const { device } = await pki
    const session = await dialHttp2(proxy.port, device)
    equal((await ask(session, { ':path': '/x' })).status, 200)
    const serial = new X509Certificate(device.cert).serialNumber.toLowerCase().replace(/^0+/, '')
    await proxy.handOver({ revokedSerials: [serial] })
    await proxy.logged('handover file read')
    const { status, text } = await ask(session, { ':path': '/x' })
    equal(status, 403)
    equal(JSON.parse(text).code, 'certificate-revoked')
    session.destroy()
  })

  for (const version of [1, 2])
    it(`ends an upload that runs with a certificate that it revokes, and no other (HTTP/${version})`, async () => {
      const { device, bothPurposes } = await pki
      const begun = async (path: string, identity: Identity) => {
        const head = proxy.upstream.head()
        if (version === 1) {
          const socket = await dial(proxy.port, identity)
          socket
            .on('error', () => {})
            .write(`PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc`)
          await head
          return { finish: () => socket.write('def'), gone: closed(socket.resume()) }
        }
        const session = await dialHttp2(proxy.port, identity)
        const stream = session.request({ ':method': 'PUT', ':path': path }).on('error', () => {})
        stream.write('abc')
        await head
        return { finish: () => stream.end('def'), gone: closed(stream.resume()) }
      }
      const other = await begun('/other', bothPurposes)
      const revoked = await begun('/revoked', device)
      const aborted = proxy.upstream.end()
      const serial = new X509Certificate(device.cert).serialNumber.toLowerCase().replace(/^0+/, '')
      await proxy.handOver({ revokedSerials: [serial] })
      await revoked.gone
      const { url, end } = await aborted
      deepEqual([url, end], ['/revoked', 'aborted'])
      const whole = proxy.upstream.end()
      other.finish()
      equal((await whole).end, 'whole')
      equal((await proxy.logged('exchange aborted')).code, 'certificate-revoked')
    })

  it('is reported to ingest at the start, and again once each change is applied', async () => {
    const { device } = await pki
    const session = await dialHttp2(proxy.port, device)
    equal((await proxy.upstream.applied()).version, handoverVersionOf(JSON.parse(await proxy.handOver())))
    const serial = new X509Certificate(device.cert).serialNumber.toLowerCase().replace(/^0+/, '')
    const version = handoverVersionOf(JSON.parse(await proxy.handOver({ revokedSerials: [serial] })))
    while ((await proxy.upstream.applied()).version !== version);
    equal((await ask(session, { ':path': '/x' })).status, 403)
    session.destroy()
  })

  it('brings a new server certificate while old connections live on', async () => {
    const { serverRoot, device, otherRoot } = await pki
    const session = await dialHttp2(proxy.port, device)
    const { makeLeaf } = await import('../../test/certificates.ts')
    const renewed = await makeLeaf(serverRoot, 'renewed', 'serverAuth')
    await proxy.handOver({
      serverCertificate: renewed.cert,
      serverKey: renewed.key,
      deviceRoots: otherRoot.cert,
      secret: 'cd'.repeat(32),
    })
    await proxy.logged('handover file read')
    const socket = await dial(proxy.port)
    equal(socket.getPeerX509Certificate()?.subject, 'CN=renewed')
    socket.destroy()
    equal((await curl(proxy.port, '/x', [], (await pki).foreign)).status, 200)
    equal((await ask(session, { ':path': '/x' })).status, 200)
    equal(proxy.upstream.seen.at(-1)?.headers['x-proxy-secret'], 'cd'.repeat(32))
    session.destroy()
  })

  for (const [what, change] of [
    ['has another key', async () => ({ serverKey: (await pki).device.key })],
    [
      'has a broken root',
      async () => ({ deviceRoots: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
    ],
    ['has no secret', async () => ({ secret: '' })],
  ] as const)
    it(`that ${what} is logged and changes nothing`, async () => {
      await proxy.handOver(await change())
      await proxy.logged('handover file is broken')
      equal((await curl(proxy.port, '/x', [], (await pki).device)).status, 200)
    })

  it('that is not JSON is logged without its text', async () => {
    await proxy.handOverText('{"serverKey": "-----BEGIN PRIVATE')
    equal((await proxy.logged('handover file is broken')).reason, 'not JSON')
    equal((await curl(proxy.port, '/x', [])).status, 200)
  })
})
