import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { certificateProfile, type ProfileName } from '@pushav/shared/api/certificates.ts'
import type { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { Certificates } from '../../open-certificates.ts'
import { certificatesIn, directoryWithRoots, handoverFileIn } from '../../testing/certificates.ts'
import { makeCsr, openssl } from '../../testing/openssl.ts'

const dayMs = 86_400_000
const clientAuth = '1.3.6.1.5.5.7.3.2'
const serverAuth = '1.3.6.1.5.5.7.3.1'

describe('device certificates with a profile', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let certificates: Certificates
  before(async () => {
    directory = await directoryWithRoots()
    certificates = await certificatesIn(directory.path)
  })
  after(async () => {
    await certificates.close()
    await directory[Symbol.asyncDispose]()
  })

  const made = async (profile: ProfileName, name: string = profile) =>
    (await certificates.issue.keyPair(name, { override: true, type: null, profile, mayShowKey: true }))
      .certificate
  const leafOf = (pem: string) => new X509Certificate(pem)
  const root = async () => new X509Certificate(await readFile(join(directory.path, 'certs/device/root.pem')))
  const daysUntil = (date: Date) => Math.round((date.getTime() - Date.now()) / dayMs) || 0

  it('differ from a usual one in what the profile is about, and in nothing else', async () => {
    const device = await root()
    const facts = async (profile: ProfileName) => {
      const leaf = leafOf(await made(profile))
      const { asymmetricKeyType: kind, asymmetricKeyDetails: key = {} } = leaf.publicKey
      return {
        days: [daysUntil(leaf.validFromDate), daysUntil(leaf.validToDate)],
        usage: leaf.keyUsage ?? null,
        san: leaf.subjectAltName ?? null,
        isOfRoot: leaf.checkIssued(device) && leaf.verify(device.publicKey),
        key: `${kind} ${key.namedCurve ?? key.modulusLength}`,
        isLarge: leaf.raw.length > 2_900,
      }
    }
    const usual = (profile: ProfileName) => ({
      ...{ days: [0, 365], usage: [clientAuth], san: `URI:urn:push-av:device:${profile}`, isOfRoot: true },
      ...{ key: 'ec prime256v1', isLarge: false },
    })
    const changes: Record<ProfileName, object> = {
      expired: { days: [-31, -1] },
      'not-yet-valid': { days: [30, 60] },
      'wrong-ca': { isOfRoot: false },
      'wrong-eku': { usage: [serverAuth] },
      'no-eku': { usage: null },
      'cn-only': { san: null },
      large: { isLarge: true },
      intermediate: { isOfRoot: false },
      'rsa-2048': { key: 'rsa 2048' },
      'rsa-3072': { key: 'rsa 3072' },
      'ec-p256': {},
      'ec-p384': { key: 'ec secp384r1' },
    }
    for (const profile of certificateProfile.options)
      deepEqual(await facts(profile), { ...usual(profile), ...changes[profile] }, profile)
  })

  it('are at most as long as Matter allows', async () => {
    for (const [kind, name] of [
      ['p256', 'large-ec'],
      ['rsa', 'large-rsa'],
    ] as const) {
      const csr = Buffer.from(makeCsr(directory.path, kind))
      const options = { override: true, renewed: null, profile: 'large' as const }
      const { length } = leafOf((await certificates.issue.sign(name, csr, options)).certificate).raw
      ok(length >= 2_980 && length <= 3_000, `${length} bytes`)
    }
  })

  it('verify with an intermediate only by a root that lets one be, which the proxy then has', async () => {
    const before = await handover()
    const [leaf = '', intermediate = '', anchor = ''] = pemsIn(await made('intermediate'))
    const file = async (name: string, text: string) => {
      await writeFile(join(directory.path, name), text)
      return join(directory.path, name)
    }
    const [leafFile, chain] = [await file('leaf.pem', leaf), await file('chain.pem', intermediate)]
    const verify = async (ca: string) =>
      openssl(
        ...['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', await file('ca.pem', ca)],
        ...['-untrusted', chain, leafFile],
      )
    match(await verify(anchor), /OK/)
    const { deviceRoots } = await handover()
    match(await verify(deviceRoots), /OK/)
    const old = await readFile(join(directory.path, 'certs/device/root.pem'), 'utf8')
    let refusal = ''
    await verify(old).catch((error) => {
      refusal = String(error)
    })
    match(refusal, /path length constraint exceeded/)
    equal(new X509Certificate(deviceRoots).publicKey.equals((await root()).publicKey), true)
    // A usual certificate is still one of the device root.
    match(
      openssl('verify', '-CAfile', await file('ca.pem', deviceRoots), await file('u.pem', await usualLeaf())),
      /OK/,
    )
    equal(certificates.hasIssued(leaf), true)
    ok(before.deviceRoots !== '' && pemsIn(deviceRoots).length === 1)
  })

  it('of an unknown CA leave no key of that CA on the disk, and never have the same CA', async () => {
    const [one, other] = [await made('wrong-ca', 'w1'), await made('wrong-ca', 'w2')]
    const caOf = (pem: string) => new X509Certificate(pemsIn(pem)[1] ?? '')
    equal(caOf(one).publicKey.equals(caOf(other).publicKey), false)
    equal(leafOf(one).verify(caOf(one).publicKey), true)
    equal(certificates.hasIssued(one), false)
    const folders = await readdir(join(directory.path, 'certs'))
    deepEqual(
      folders.filter((name) => !name.endsWith('.lock') && (name.startsWith('.') || name.includes('unknown'))),
      [],
    )
  })

  it('are in the journal with their profile, and can be revoked', async () => {
    await made('expired', 'gone')
    const entry = (await certificates.history()).findLast(({ name }) => name === 'gone')
    equal(entry?.profile, 'expired')
    const { revoked } = await certificates.revoke('gone')
    deepEqual(revoked, [entry?.serial])
    const listed = (await certificates.list()).filter(({ name }) => name === 'gone')
    deepEqual(
      listed.map(({ profile, isRevoked }) => [profile, isRevoked]),
      [['expired', true]],
    )
  })

  const handover = async () =>
    JSON.parse(await readFile(handoverFileIn(directory.path), 'utf8')) as { deviceRoots: string }
  const usualLeaf = async () => {
    const options = { override: true, type: null, profile: null, mayShowKey: true }
    return pemsIn((await certificates.issue.keyPair('usual', options)).certificate)[0] ?? ''
  }
})

const pemsIn = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n/gs) ?? []
