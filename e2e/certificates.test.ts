import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { keepAlive } from './clients/keep-alive.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { readJournal } from './server/journal.ts'
import { expiredDevice, foreignDevice, signedDevice } from './support/devices/openssl.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

describe('client certificates', function () {
  this.timeout(30_000)
  const server = sharedServerOfSuite()
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    folder = await temporaryDirectory()
  })
  after(() => folder[Symbol.asyncDispose]())

  const put = (stream: string, device: Identity, args: readonly string[] = []) =>
    curl(server(), `/streams/${stream}/a.m4s`, [...as(device), ...args, '-H', 'Expect:', '-T', '-'], 'bytes')

  for (const [what, request] of [
    ['an EC P-256 CSR', { kind: 'EC P-256', subject: '/O=Maker/CN=cam' }],
    ["a Matter camera's CSR, EC P-256 with nothing but OU=CSA", { kind: 'EC P-256', subject: '/OU=CSA' }],
    ['an RSA CSR', { kind: 'RSA 2048', subject: '/CN=cam' }],
  ] as const) {
    it(`signs ${what}, and takes the certificate over HTTP/2 and HTTP/1.1`, async () => {
      const name = `cam-${what.length}`
      const device = await signedDevice(server(), folder.path, name, request)
      equal(device.response.status, 200, device.response.text)
      const stream = await makeStream(server())
      const answers = [await put(stream, device, ['--http2']), await put(stream, device, ['--http1.1'])]
      deepEqual(
        answers.map(({ status, httpVersion }) => [status, httpVersion]),
        [
          [202, '2'],
          [202, '1.1'],
        ],
      )
      const { uploads } = await readJournal(server(), stream)
      deepEqual(
        uploads.map(({ whole, sender }) => [whole, sender.httpVersion, sender.tlsVersion]),
        [
          [true, '2', 'TLSv1.3'],
          [true, '1.1', 'TLSv1.3'],
        ],
      )
      for (const { sender } of uploads) match(sender.device?.subject ?? '', new RegExp(`CN=${name}$`))
    })
  }

  it('takes TLS 1.2 as well (C-04)', async () => {
    const device = await makeDevice(server(), 'old-cam')
    const stream = await makeStream(server())
    equal((await put(stream, device, ['--tls-max', '1.2'])).status, 202)
    equal((await readJournal(server(), stream)).uploads[0]?.sender.tlsVersion, 'TLSv1.2')
  })

  it('refuses the certificate of another CA in words that name it, in the answer and in the log (F-04, C-07)', async () => {
    await refuses(await foreignDevice(folder.path), 'certificate-untrusted', /"CN=Foreign CA\\?"/)
  })

  it('refuses an expired certificate in words that say since when, in the answer and in the log (F-04, C-07)', async () => {
    const device = await expiredDevice(server(), folder.path)
    await refuses(device, 'certificate-expired', /expired since 2020-02-01/)
  })

  it('refuses a revoked certificate with the next request behind the response, 10 times', async function () {
    this.timeout(60_000)
    const stream = await makeStream(server())
    for (let n = 0; n < 10; n++) {
      const name = `gone-${n}`
      const device = await makeDevice(server(), name)
      using open = await rawConnection(server(), device)
      const path = `/streams/${stream}/${name}.m4s`
      open.tls.write(`${putHead(path, 'Content-Length: 1')}x`)
      await until('the first response', async () => open.tls.bytesRead > 0)
      const { json } = await curl(server(), `/certs/${name}/revoke`, ['-XPOST'])
      equal(json.acknowledged, true)
      open.tls.write(`${putHead(path, 'Content-Length: 1', 'Connection: close')}x`)
      const fresh = await curl(server(), path, [...as(device), '-T', '-'], 'x')
      deepEqual([fresh.status, fresh.json.code], [403, 'certificate-revoked'])
      match(await open.reply, /^HTTP\/1\.1 202 .*HTTP\/1\.1 403 .*certificate-revoked/s)
    }
  })

  it('refuses a revoked certificate from then on, also on a connection that is open', async () => {
    const device = await makeDevice(server(), 'stolen')
    const stream = await makeStream(server())
    using client = await keepAlive(server(), device, 1)
    const first = await client.send('PUT', `/streams/${stream}/a.m4s`, 'bytes')
    equal(first.status, 202)
    equal((await curl(server(), '/certs/stolen/revoke', ['-XPOST'])).status, 200)
    const onOpen = await until('revocation', async () => {
      const answer = await client.send('PUT', `/streams/${stream}/a.m4s`, 'bytes')
      return answer.status === 202 ? null : answer
    })
    deepEqual(
      [onOpen.status, onOpen.json.code, onOpen.localPort],
      [403, 'certificate-revoked', first.localPort],
    )
    const refused = await put(stream, device)
    equal(refused.status, 403)
    equal(refused.json.code, 'certificate-revoked')
    match(refused.json.detail, /revoked/)
  })

  it('gives 32 streams made at once 32 ids', async () => {
    const device = await makeDevice(server(), 'busy')
    const made = await Promise.all(
      Array.from({ length: 32 }, () => curl(server(), '/streams', [...as(device), '-XPOST'])),
    )
    deepEqual(
      made.filter(({ status }) => status !== 201),
      [],
    )
    equal(new Set(made.map(({ json }) => json.id)).size, 32)
    const { json } = await curl(server(), '/streams')
    const ids: number[] = json.streams.map(({ id }: { id: number }) => id)
    ok(made.every(({ json }) => ids.includes(json.id)))
  })

  async function refuses(device: Identity, code: string, words: RegExp): Promise<void> {
    const from = server().log.length
    const stream = await makeStream(server())
    for (const http of ['--http1.1', '--http2']) {
      const { status, json, text } = await put(stream, device, [http])
      deepEqual([status, json?.code], [403, code], text)
      match(json.detail, words)
    }
    match(await server().logged(/a client was refused: /, from), words)
    deepEqual((await readJournal(server(), stream)).uploads, [])
  }
})
