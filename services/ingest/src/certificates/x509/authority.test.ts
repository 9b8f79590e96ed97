import { equal, match } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { openssl } from '../../testing/openssl.ts'
import { leafValidity } from '../leaf-policy.ts'
import { openAuthority } from './authority.ts'
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

async function leafFor(commonName: string, type: 'ec' | 'rsa' = 'ec') {
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
})
