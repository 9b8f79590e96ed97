import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import type { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'
import { openAuthority } from '../certificates/x509/authority.ts'
import { certificatesIn, directoryWithRoots, handoverFileIn, localNames } from '../testing/certificates.ts'
import { openssl } from '../testing/openssl.ts'
import type { TestCertificates } from './issue-test-certificates.ts'
import { testCertificatesOf } from './x509/test-certificates.ts'

const dayMs = 86_400_000
const names = { commonName: 'localhost', dnsNames: ['localhost', 'pavs.example'], ips: ['192.0.2.1'] }

describe('certificates for tests of TLS clients', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let issued: TestCertificates
  let passedDays = 0
  const now = () => new Date(Date.now() + passedDays * dayMs)
  const certificatesAfter = async (found: TestCertificates) => {
    const [certificate, key] = await Promise.all(
      ['pem', 'key'].map((end) => readFile(join(directory.path, `certs/server/root.${end}`), 'utf8')),
    )
    const root = await openAuthority('server', { certificate: certificate ?? '', key: key ?? '' }, new Date())
    return testCertificatesOf(root, async () => found, now, createLogger('test', 'silent'))
  }
  before(async () => {
    directory = await directoryWithRoots()
    issued = await (await certificatesAfter({}))(names)
  })
  afterEach(() => {
    passedDays = 0
  })
  after(() => directory[Symbol.asyncDispose]())

  const leafOf = (id: TlsTestId) => new X509Certificate(issued[id]?.certificate ?? '')

  /** What openssl, which knows the root of the server alone, says of what a test sends. */
  async function verify(id: TlsTestId): Promise<string> {
    const file = join(directory.path, `${id}.pem`)
    await writeFile(file, issued[id]?.certificate ?? '')
    const root = join(directory.path, 'certs/server/root.pem')
    const name = `${id}.tls-test.pavs.example`
    try {
      const purpose = ['-purpose', 'sslserver', '-verify_hostname', name]
      return openssl('verify', '-x509_strict', ...purpose, '-CAfile', root, '-untrusted', file, file).trim()
    } catch (error) {
      return /error \d+ at.*lookup: ?(.*)/.exec(String(error))?.[1] ?? String(error)
    }
  }

  it('are each wrong in the one thing that the test is about', async () => {
    const found = await Promise.all(
      Object.keys(issued).map(async (id) => [id, (await verify(id as TlsTestId)).replace(/^.*: OK$/, 'OK')]),
    )
    deepEqual(Object.fromEntries(found), {
      good: 'OK',
      'wrong-name': 'hostname mismatch',
      expired: 'certificate has expired',
      'not-yet-valid': 'certificate is not yet valid',
      'self-signed': 'self-signed certificate',
      'unknown-ca': 'self-signed certificate in certificate chain',
      'missing-intermediate': 'unable to get local issuer certificate',
      'wrong-usage': 'unsuitable certificate purpose',
    })
  })

  it('have keys of their own, and all names of the server but for the wrong one', () => {
    for (const [id, pair] of Object.entries(issued)) {
      const leaf = leafOf(id as TlsTestId)
      ok(leaf.checkPrivateKey(createPrivateKey(pair.key)), id)
      const isNamed = leaf.checkHost('localhost') !== undefined && leaf.checkIP('192.0.2.1') !== undefined
      equal(isNamed, id !== 'wrong-name', id)
    }
    equal(leafOf('good').checkHost('tls13-only.tls-test.localhost') !== undefined, true)
  })

  it('stay the same while they are good, and are made anew when they are due or the names change', async () => {
    const again = await certificatesAfter(issued)
    equal(await again(names), issued)
    notEqual(await again({ ...names, dnsNames: [...names.dnsNames, 'new.example'] }), issued)
    passedDays = 61
    notEqual(await again(names), issued)
  })

  it('are handed to the proxy where tests are on, the same after a restart, and never beside a CA key', async () => {
    const start = async (hasTlsTests: boolean) => {
      const { close } = await certificatesIn(directory.path, { names: localNames, hasTlsTests })
      await close()
      return readFile(handoverFileIn(directory.path), 'utf8')
    }
    equal(JSON.parse(await start(false)).tlsTests, undefined)
    const first = await start(true)
    equal(Object.keys(JSON.parse(first).tlsTests).length, 8)
    ok((await start(true)) === first, 'the file has the same text')
    const rootKey = await readFile(join(directory.path, 'certs/server/root.key'), 'utf8')
    ok(!JSON.stringify(JSON.parse(first)).includes(JSON.stringify(rootKey).slice(1, -1)))
    const folders = (await readdir(join(directory.path, 'certs'))).filter((name) => !name.endsWith('.lock'))
    deepEqual(folders.sort(), ['device', 'server'])
    equal(JSON.parse(await start(false)).tlsTests, undefined)
  })
})
