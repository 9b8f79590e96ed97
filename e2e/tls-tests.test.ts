import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { certificateProfile, type tlsTestsResponse } from '@pushav/shared/api/certificates.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type TlsTestId, tlsTestIds } from '@pushav/shared/tls-tests/tls-tests.ts'
import { as, curl, makeStream } from './clients/curl.ts'
import { readJournal } from './server/journal.ts'
import { run } from './server/run.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'
import { browserOfSuite } from './ui/support/browser-of-suite.ts'

type Test = (typeof tlsTestsResponse)['_output']['tests'][number]

/** Results go by address, so each client has one of its own. */
const addresses = { careful: '127.0.0.2', careless: '127.0.0.3', openssl: '127.0.0.4', ffmpeg: '127.0.0.1' }
const certificateTests: readonly TlsTestId[] = tlsTestIds.slice(1, 8)

describe('the certificate lab', function () {
  this.timeout(60_000)
  const server = serverOfSuite(['--tls-test-port', '0'])
  const browserOf = browserOfSuite(server)
  let tests: readonly Test[] = []
  let stream = ''
  before(async () => {
    stream = await makeStream(server())
    tests = await until('the ports of the tests', async () => {
      const found: readonly Test[] = (await curl(server(), '/tls-tests')).json.tests
      return found.every(({ url }) => url !== null) && found
    })
  })

  const testOf = (id: TlsTestId): Test => {
    const test = tests.find((one) => one.id === id)
    ok(test)
    return test
  }
  const portOf = (id: TlsTestId) => new URL(testOf(id).url ?? '').port
  /** The verdict on what an address did, once the connection has been reported. */
  const verdictOn = (id: TlsTestId, address: string) =>
    until(`a result of ${id}`, async () => {
      const { tests } = (await curl(server(), '/tls-tests')).json as { tests: readonly Test[] }
      const result = tests.find((one) => one.id === id)?.results.find((one) => one.address === address)
      return result && `${result.verdict}: ${result.detail}`
    })
  const curlTo = (id: TlsTestId, address: string, args: readonly string[]) =>
    run('curl', ['-sS', '-4', '--max-time', '30', '--interface', address, ...args, testUrl(id)], {
      input: 'bytes',
    })
  const testUrl = (id: TlsTestId) => `https://localhost:${portOf(id)}/streams/${stream}/${id}.m4s`

  describe('shows a camera what is wrong', () => {
    const trust = () => ['--cacert', server().rootCertificate, '-T', '-']
    const refusals: Partial<Record<TlsTestId, RegExp>> = {
      'wrong-name': /^correct: refused, as it must/,
      expired: /certificate_expired/,
      'self-signed': /unknown_ca/,
      'unknown-ca': /unknown_ca/,
      'missing-intermediate': /unknown_ca/,
      'wrong-usage': /unsupported_certificate/,
    }

    it('and curl, which checks, sends where nothing is wrong', async () => {
      for (const id of ['good', 'tls12-only', 'tls13-only'] as const) {
        equal((await curlTo(id, addresses.careful, trust())).code, 0, id)
        match(
          await verdictOn(id, addresses.careful),
          /^(correct|informative): connected with TLSv1\.[23]: sent 1 request$/,
        )
      }
    })

    for (const id of [...certificateTests, 'tls11-only', 'null-cipher'] as const)
      it(`and curl, which checks, refuses ${id}, as the list says`, async () => {
        const { code, stderr } = await curlTo(id, addresses.careful, trust())
        ok(code === 60 || code === 35, stderr)
        const verdict = await verdictOn(id, addresses.careful)
        match(verdict, /^correct: refused, as it must/)
        match(verdict, refusals[id] ?? /./)
      })

    for (const [id, args] of [
      ...certificateTests.map((id) => [id, []] as const),
      ['tls11-only', ['--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0']] as const,
      ['null-cipher', ['--tls-max', '1.2', '--ciphers', 'eNULL:@SECLEVEL=0']] as const,
    ])
      it(`and curl, which does not check, sends to ${id}: stored, marked, and called wrong`, async () => {
        const { code, stderr } = await curlTo(id, addresses.careless, ['-k', ...args, '-T', '-'])
        equal(code, 0, stderr)
        match(
          await verdictOn(id, addresses.careless),
          /^wrong: accepted what it must refuse \(TLSv1\.[123]\): sent 1 request$/,
        )
        const { json } = await curl(server(), `/streams/${stream}/uploads?limit=1000`)
        const mine = json.uploads.filter(
          ({ sender }: { sender: { address: string; tls_test?: string } }) =>
            sender.address === addresses.careless && sender.tls_test === id,
        )
        deepEqual(
          mine.map(({ path, bytes }: { path: string; bytes: number }) => [path, bytes]),
          [[`${id}.m4s`, 5]],
        )
      })

    for (const id of ['cut-fin', 'cut-reset'] as const)
      it(`and curl finds itself cut off in ${id}, and is counted when it tries again`, async () => {
        for (const _time of [1, 2]) equal((await curlTo(id, addresses.careful, trust())).code, 35)
        await until('both connections', async () =>
          /^correct: tried again 1 time, every/.test(await verdictOn(id, addresses.careful)),
        )
      })

    it('and openssl says so in its own words', async () => {
      const words: Partial<Record<TlsTestId, RegExp>> = {
        good: /Verify return code: 0 \(ok\)/,
        'wrong-name': /hostname mismatch/i,
        expired: /certificate has expired/,
        'not-yet-valid': /certificate is not yet valid/,
        'self-signed': /self-signed certificate/,
        'unknown-ca': /self-signed certificate in certificate chain/,
        'missing-intermediate': /unable to get local issuer certificate/,
        'wrong-usage': /unsuitable certificate purpose/,
        'tls11-only': /alert|protocol|error/i,
        'null-cipher': /handshake failure/,
      }
      for (const [id, expected] of Object.entries(words)) {
        const args = [
          's_client',
          '-bind',
          addresses.openssl,
          '-connect',
          `127.0.0.1:${portOf(id as TlsTestId)}`,
        ]
        const checks = [
          '-CAfile',
          server().rootCertificate,
          '-verify_return_error',
          '-verify_hostname',
          'localhost',
        ]
        const { stdout, stderr } = await run('openssl', [...args, '-servername', 'localhost', ...checks])
        match(`${stdout} ${stderr}`, expected, id)
      }
      match(
        await verdictOn('good', addresses.openssl),
        /^unclear: connected with TLSv1\.3, and sent no request/,
      )
    })

    it('and ffmpeg, told to check, refuses all certificates but the one for another purpose', async () => {
      const source = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=5:duration=1']
      const output = ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov', '-method', 'PUT']
      const check = ['-tls_verify', '1', '-ca_file', server().rootCertificate]
      for (const id of ['good', 'wrong-name', 'expired', 'unknown-ca', 'wrong-usage'] as const) {
        const { code, stderr } = await run('ffmpeg', [...source, ...output, ...check, testUrl(id)])
        equal(code === 0, id === 'good' || id === 'wrong-usage', `${id}: ${stderr}`)
      }
      match(await verdictOn('wrong-usage', addresses.ffmpeg), /^wrong: accepted/)
    })

    it('by a name on one port, with the lines that the list has for that', async () => {
      for (const id of ['good', 'expired', 'tls12-only'] as const) {
        const line = testOf(id).commands.find(({ client }) => client === 'curl, by name')?.lines ?? ''
        const { code, stdout, stderr } = await run('sh', ['-c', `${line} -w '%{http_code}' -o /dev/null`])
        equal(`${code} ${stdout}`, id === 'expired' ? '60 000' : '0 200', `${line}\n${stderr}`)
      }
    })

    it('and says nothing of refusals for what is a test', async () => {
      const { json } = await curl(server(), '/refusals')
      deepEqual(
        json.refusals.filter(({ certificate }: { certificate: unknown }) => certificate === null),
        [],
      )
    })

    it('on a page with what each camera did, how to reach each test, and a link from the certificates', async () => {
      const page = await browserOf().open('/ui/certificates')
      await page.getByRole('link', { name: 'TLS tests' }).click()
      const expired = page.locator('#expired')
      await expired.getByText('accepted what it must refuse').waitFor()
      await expired.getByText(addresses.careful).waitFor()
      await expired.getByText('How to reach it').click()
      await expired.getByText('openssl s_client').waitFor()
      await page.getByRole('button', { name: 'Forget the results' }).click()
      await expired.getByText('accepted what it must refuse').waitFor({ state: 'detached' })
      equal(await page.getByRole('button', { name: 'Forget the results' }).isDisabled(), true)
    })
  })

  describe('issues device certificates that are wrong', () => {
    for (const profile of certificateProfile.options)
      it(`and does with ${profile} as it says`, async () => {
        const { json } = await curl(server(), `/certs/${profile}/keypair?profile=${profile}`, ['-XPOST'])
        const device = { cert: json.cert, key: json.key }
        const { this_server, code } = json.profile
        const sent = await until('the proxies know the root', async () => {
          const response = await curl(
            server(),
            `/streams/${stream}/p-${profile}.m4s`,
            [...as(device), '-T', '-'],
            'x',
          )
          return response.status === (this_server === 'accepts' ? 202 : 403) && response
        })
        equal(sent.json.code, code ?? undefined)
      })

    it('and refuses one of an intermediate CA that the device does not send', async () => {
      await using directory = await temporaryDirectory()
      const { json } = await curl(server(), '/certs/alone/keypair?profile=intermediate', ['-XPOST'])
      const [leaf = ''] =
        (await readFile(json.cert, 'utf8')).match(/-----BEGIN.*?-----END CERTIFICATE-----\n/gs) ?? []
      const cert = join(directory.path, 'leaf.pem')
      await writeFile(cert, leaf)
      const path = `/streams/${stream}/alone.m4s`
      const alone = await curl(server(), path, [...as({ cert, key: json.key }), '-T', '-'], 'x')
      deepEqual([alone.status, alone.json.code], [403, 'certificate-untrusted'])
      equal(
        (await curl(server(), path, [...as({ cert: json.cert, key: json.key }), '-T', '-'], 'x')).status,
        202,
      )
    })

    it('and records who sent what came with those that it accepts', async () => {
      const { uploads } = await readJournal(server(), stream)
      const subjects = uploads.flatMap(({ sender }) => (sender.device ? [sender.device.subject] : []))
      for (const name of ['cn-only', 'large', 'intermediate', 'rsa-3072', 'ec-p384'])
        ok(
          subjects.some((subject) => subject.endsWith(`CN=${name}`)),
          name,
        )
    })
  })
})
