import { equal, ok, rejects } from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type CsrKind, makeCsr, openssl } from '../../testing/openssl.ts'
import { publicKeyOfCsr } from './csr.ts'
import { spkiOf } from './private-keys.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
before(async () => {
  directory = await temporaryDirectory()
})
after(() => directory[Symbol.asyncDispose]())

const csrOf = (kind: CsrKind, ...more: string[]) => makeCsr(directory.path, kind, ...more)
const keyOf = (kind: CsrKind) => spkiOf(createPublicKey(readFileSync(join(directory.path, `${kind}.key`))))
const bytes = (text: string) => Buffer.from(text)
const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
const refused = (csr: Uint8Array, message: RegExp) =>
  rejects(publicKeyOfCsr(csr), { name: 'Refusal', code: 'csr-malformed', message })

describe('publicKeyOfCsr', () => {
  for (const kind of ['rsa', 'p256', 'p384'] as const) {
    it(`gives the key of a ${kind} CSR, PEM or DER`, async () => {
      const csr = csrOf(kind)
      equal(await publicKeyOfCsr(bytes(csr)), keyOf(kind))
      equal(await publicKeyOfCsr(derOf(csr)), keyOf(kind))
    })
  }

  for (const subject of ['/OU=CSA', '/']) {
    it(`takes a CSR whose subject is only "${subject}", as a Matter camera's`, async () => {
      const csr = csrOf('p256', '-subj', subject)
      equal(await publicKeyOfCsr(bytes(csr)), keyOf('p256'))
    })
  }

  it('takes an RSA CSR signed with PSS', async () => {
    const csr = csrOf('rsa', '-sigopt', 'rsa_padding_mode:pss')
    equal(await publicKeyOfCsr(bytes(csr)), keyOf('rsa'))
  })

  it('takes newlines doubled, lost, as carriage returns, as \\n and as \\\\n', async () => {
    const csr = csrOf('p256')
    const spellings = ['\n\n', ' ', '\r\n', '\\n', '\\\\n', '\\n\\n', '\\\\\\n']
    for (const newline of spellings) {
      equal(await publicKeyOfCsr(bytes(csr.replaceAll('\n', newline))), keyOf('p256'), newline)
    }
  })

  it('takes the old label and text before the block', async () => {
    const csr = csrOf('p256').replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')
    equal(await publicKeyOfCsr(bytes(`Certificate Request:\n${csr}`)), keyOf('p256'))
  })

  it('refuses a CSR whose key has any wrong byte, where the library throws errors of its own too', async () => {
    const der = derOf(csrOf('rsa'))
    const keyAt = der.indexOf(Buffer.from('2a864886f70d010101', 'hex'))
    for (let at = keyAt; at < keyAt + 40; at += 1) {
      for (const byte of [0, 0x80, 0xff]) {
        const changed = Buffer.from(der)
        changed[at] = byte
        if (!changed.equals(der)) await refused(changed, /CSR|key/)
      }
    }
  })

  it('refuses a CSR that was not signed by the key it names', async () => {
    const der = derOf(csrOf('p256'))
    const at = der.indexOf('test')
    der.write('evil', at)
    await refused(der, /signature is not by its own key/)
  })

  it('refuses a CSR with the key of somebody else', async () => {
    const mine = derOf(csrOf('p256'))
    const theirs = derOf(csrOf('p256'))
    const point = Buffer.from([0x03, 0x42, 0x00, 0x04])
    theirs.copy(mine, mine.indexOf(point), theirs.indexOf(point), theirs.indexOf(point) + 68)
    await refused(mine, /signature is not by its own key/)
  })

  it('refuses an EC key that spells out its parameters, and says so', () => {
    const explicit = csrOf('p256', '-pkeyopt', 'ec_param_enc:explicit')
    return refused(bytes(explicit), /must name its curve.*but spells out the parameters/)
  })

  it('refuses an RSA key with the exponent 3', () =>
    refused(
      bytes(csrOf('rsa', '-pkeyopt', 'rsa_keygen_pubexp:3')),
      /its RSA key must have an odd public exponent/,
    ))

  for (const [what, text] of [
    ['backslashes', '\\'.repeat(16_384)],
    ['backslashes in a block', `-----BEGIN CERTIFICATE REQUEST-----${'\\'.repeat(16_000)}`],
    [
      'white space',
      `-----BEGIN CERTIFICATE REQUEST-----A${' '.repeat(16_000)}!-----END CERTIFICATE REQUEST-----`,
    ],
  ] as const)
    it(`refuses 16 KiB of ${what} at once`, async () => {
      const began = performance.now()
      await refused(bytes(text), /./)
      ok(performance.now() - began < 60, `${performance.now() - began} ms`)
    })

  it('refuses RSA-1024', () => refused(bytes(csrOf('rsa1024')), /but is rsa 1024/))
  it('refuses secp256k1', () => refused(bytes(csrOf('secp256k1')), /but is ec secp256k1/))
  it('refuses Ed25519', () => refused(bytes(csrOf('ed25519')), /but is ed25519/))
  it('refuses SHA-1', () => refused(bytes(csrOf('rsa', '-sha1')), /SHA-256, -384 or -512, not SHA-1/))

  it('refuses two PEM blocks', async () => {
    const csr = csrOf('p256')
    await refused(bytes(csr + csr), /found 2 PEM blocks/)
  })

  it('refuses a CSR cut off, as PEM and as DER', async () => {
    const csr = csrOf('p256')
    await refused(bytes(csr.slice(0, 200)), /whole block/)
    await refused(derOf(csr).subarray(0, 100), /cut off/)
  })

  it('refuses bytes behind a DER CSR', async () => {
    await refused(Buffer.concat([derOf(csrOf('p256')), Buffer.from([0])]), /bytes follow it/)
  })

  it('refuses a certificate and a private key', async () => {
    const key = openssl('genpkey', '-algorithm', 'RSA')
    await refused(bytes(key), /whole block CERTIFICATE REQUEST/)
    await refused(bytes(key.replaceAll('PRIVATE KEY', 'CERTIFICATE REQUEST')), /not a CSR/)
  })

  it('refuses nothing, garbage and too much', async () => {
    await refused(bytes(''), /no CSR/)
    await refused(bytes('hello'), /found 0 PEM blocks/)
    await refused(Buffer.from([0x30, 0x03, 1, 2, 3]), /not a CSR/)
    await refused(
      bytes('-----BEGIN CERTIFICATE REQUEST-----\n%%\n-----END CERTIFICATE REQUEST-----'),
      /not base64/,
    )
    await refused(Buffer.alloc(16 * 1024 + 1, '0'), /up to 16384 bytes/)
  })

  it('refuses thousands of nested sequences without a fall', async () => {
    let der = Buffer.from([0x05, 0x00])
    for (let depth = 0; depth < 4_000 && der.length < 16_000; depth++) {
      der = Buffer.concat([Buffer.from([0x30, 0x82, der.length >> 8, der.length & 0xff]), der])
    }
    await refused(der, /not a CSR/)
  })
})
