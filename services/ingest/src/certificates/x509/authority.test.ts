import { deepEqual, equal, match } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { makeReferenceRoot, openssl } from '../../testing/openssl.ts'
import { leafValidity } from '../leaf-policy.ts'
import { openAuthority } from './authority.ts'
import { x509 } from './library.ts'
import { x509Keys } from './private-keys.ts'
import { x509Reader } from './reader.ts'
import { createRoot } from './root.ts'

const now = new Date()

async function newAuthority() {
  const root = await createRoot(now)
  return { root, authority: await openAuthority('device', root, now) }
}

let mine: Awaited<ReturnType<typeof newAuthority>>
before(async () => {
  mine = await newAuthority()
})

async function leafFor(commonName: string, type: 'ec-p256' | 'rsa-2048' = 'ec-p256') {
  const publicKey = x509Keys.publicKeyOf(await x509Keys.create(type))
  const validity = leafValidity('device', now, new Date(now.getTime() + 1e10))
  return { ...validity, commonName, publicKey, dnsNames: [], ips: [], uris: ['urn:x:y'] }
}

describe('openAuthority', () => {
  for (const commonName of ['#0500', 'a, O=Evil', 'a+OU=x', 'a\\', '"']) {
    it(`keeps the common name ${commonName} one name`, async () => {
      await using directory = await temporaryDirectory()
      const file = join(directory.path, 'leaf.pem')
      await writeFile(file, await mine.authority.issue(await leafFor(commonName)))
      const subject = openssl('x509', '-in', file, '-noout', '-subject', '-nameopt', 'multiline,-esc_msb')
      match(
        subject,
        /^subject=\n *organizationName *= CSA\n *organizationalUnitName *= TC_PAVS\n *commonName *= .+\n$/,
      )
    })
  }

  it('knows its own leaves from those of another CA, from its root and from text', async () => {
    const other = await newAuthority()
    const leaf = await leafFor('dev')
    equal(mine.authority.hasIssued(await mine.authority.issue(leaf)), true)
    equal(mine.authority.hasIssued(await other.authority.issue(leaf)), false)
    equal(mine.authority.hasIssued(mine.root.certificate), false)
    equal(mine.authority.hasIssued('text'), false)
  })

  it('gives every leaf its own serial number of 16 bytes', async () => {
    const leaf = await leafFor('dev')
    const issued = await Promise.all(Array.from({ length: 20 }, () => mine.authority.issue(leaf)))
    const serials = issued.map((pem) => x509Reader.read(pem)?.serial ?? '')
    equal(new Set(serials).size, 20)
    for (const serial of serials) match(serial, /^[4-7][0-9a-f]{31}$/)
  })

  for (const kind of ['RSA-3072, made here', 'RSA-2048, of the reference', 'EC P-256'] as const)
    it(`renews a root so that leaves of both verify with either (${kind})`, async () => {
      await using directory = await temporaryDirectory()
      const at = (name: string) => join(directory.path, name)
      const pair = await rootOf(kind, directory.path)
      // openssl's roots begin now.
      const begin = new X509Certificate(pair.certificate).validFromDate
      const old = await openAuthority('device', pair, begin)
      const later = new Date(now.getTime() + 2e10)
      const renewed = await old.renewRoot({ notBefore: begin, notAfter: later })
      const young = await openAuthority('device', { certificate: renewed, key: pair.key }, begin)
      await writeFile(at('old.pem'), pair.certificate)
      await writeFile(at('new.pem'), renewed)
      await writeFile(at('of-old.pem'), await old.issue(await leafFor('a')))
      await writeFile(at('of-new.pem'), await young.issue(await leafFor('b')))
      for (const root of ['old', 'new'])
        for (const leaf of ['of-old', 'of-new'])
          match(openssl('verify', '-x509_strict', '-CAfile', at(`${root}.pem`), at(`${leaf}.pem`)), /OK/)
      const [before, after] = [new X509Certificate(pair.certificate), new X509Certificate(renewed)]
      equal(after.checkIssued(after) && after.verify(after.publicKey) && after.ca, true)
      equal(nameIn(after), nameIn(before))
      equal(after.serialNumber === before.serialNumber, false)
      equal(Math.abs(after.validToDate.getTime() - later.getTime()) < 1_000, true)
    })

  it('lists no certificate, one, and serial numbers of odd and even length as revoked', async () => {
    await using directory = await temporaryDirectory()
    const [root, crl] = [join(directory.path, 'root.pem'), join(directory.path, 'crl.der')]
    await writeFile(root, mine.root.certificate)
    for (const serials of [[], ['1f'], ['abc', '709d7cb5387579e3a3bc45e2afd003e2', 'ff00']]) {
      const list = await mine.authority.revocationList({
        ...{ number: 128, thisUpdate: now, nextUpdate: new Date(now.getTime() + 1e9) },
        revoked: serials.map((serial) => ({ serial, at: now })),
      })
      await writeFile(crl, list)
      const text = openssl('crl', '-inform', 'DER', '-in', crl, '-noout', '-text', '-CAfile', root)
      match(text, /X509v3 CRL Number: \n\s+128/)
      const listed = [...text.matchAll(/Serial Number: 0*(\w+)/g)].map(([, serial]) => serial?.toLowerCase())
      deepEqual(listed.sort(), serials.toSorted())
    }
  })
})

/** The DER of its subject, which strict clients compare byte by byte. */
const nameIn = ({ raw }: X509Certificate): string =>
  Buffer.from(new x509.X509Certificate(Uint8Array.from(raw)).subjectName.toArrayBuffer()).toString('hex')

async function rootOf(
  kind: 'RSA-3072, made here' | 'RSA-2048, of the reference' | 'EC P-256',
  directory: string,
) {
  if (kind === 'RSA-3072, made here') return mine.root
  if (kind === 'RSA-2048, of the reference') makeReferenceRoot(directory)
  else {
    const files = ['-keyout', join(directory, 'root.key'), '-out', join(directory, 'root.pem'), '-days', '9']
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', '-new', ...key, ...files, '-subj', '/O=Maker/CN=root', ...usage)
  }
  const [certificate, key] = await Promise.all(
    ['root.pem', 'root.key'].map((name) => readFile(join(directory, name), 'utf8')),
  )
  return { certificate: certificate ?? '', key: key ?? '' }
}
