import type { ProfileName } from '@pushav/shared/api/certificates.ts'
import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import type { KeyType, PublicKey } from './certificate.ts'
import { isSameName, parseCertificateName } from './certificate-name.ts'
import { issuedTo, revokedIn } from './device-history.ts'
import { isValid, leafValidity } from './leaf-policy.ts'
import type { Authority, CertificateFiles, CertificateReader, DeviceJournal, Keys } from './ports.ts'
import type { IssueProfile } from './profiles/issue-profile.ts'
import { profiles } from './profiles/profiles.ts'

interface IssueCertificateDeps {
  readonly authority: Authority
  readonly issueProfile: IssueProfile
  readonly keys: Keys
  readonly reader: CertificateReader
  readonly files: CertificateFiles
  readonly journal: DeviceJournal
  readonly runExclusively: KeyedMutex
  readonly now: () => Date
}

/** A device's certificate, PEM. */
export interface DeviceCertificate {
  /** PEM; null where only the device has it. */
  readonly key: string | null
  readonly certificate: string
  /** False when it existed already. */
  readonly created: boolean
}

/**
 * Both return the certificate that exists when `override` is false and it is valid for that key, and throw the refusal
 * `certificate-exists` when it is for another one, or a profile is asked for. Both throw `certificate-name-malformed`.
 */
export interface IssueCertificate {
  /**
   * A key pair made here, for devices that cannot make their own. Throws the refusal `request-malformed` where `type` is
   * not the profile's, and `certificate-exists` for a pair that is there and may not be shown.
   */
  keyPair(name: string, options: KeyPairOptions): Promise<DeviceCertificate>
  /**
   * A certificate for the key of a CSR, PEM or DER. Throws the refusals `csr-malformed`, also for a key that is not of
   * the profile's type, `access-denied` for a renewal with another key or with a certificate that was revoked, and
   * `renewal-limit` for one too many.
   */
  sign(name: string, csr: Uint8Array, options: SignOptions): Promise<DeviceCertificate>
}

interface IssueOptions {
  readonly override: boolean
  /** How the certificate differs from a usual one; null where it does not. */
  readonly profile: ProfileName | null
}

interface KeyPairOptions extends IssueOptions {
  /** Whether the key may be one that was made before, and that its device has. */
  readonly mayShowKey: boolean
  /** The kind of key; null for that of the profile, or EC P-256. */
  readonly type: KeyType | null
}

interface SignOptions extends IssueOptions {
  /** The certificate that the caller renews with; null for a caller that may have one for any key. */
  readonly renewed: RenewedCertificate | null
}

/** A certificate that takes the place of a token, for the same key. */
export interface RenewedCertificate {
  readonly publicKey: PublicKey
  /** Lower-case hex without leading zeros. */
  readonly serial: string
}

/** Requests for one name run one after the other, so that no key is stored beside another key's certificate. */
export function issueCertificateWith(deps: IssueCertificateDeps): IssueCertificate {
  const { authority, keys, files, journal, runExclusively, now } = deps
  const { hierarchy } = authority

  return {
    async keyPair(text, { override, profile, type: wanted, mayShowKey }) {
      const name = parseCertificateName(text)
      const type = keyTypeOf(profile, wanted)
      return runExclusively(lockOf(name), async () => {
        const existing = override ? null : await findValid(name)
        if (existing && profile) throw alreadyExists(name, anyProfile)
        if (existing && !mayShowKey)
          throw alreadyExists(name, 'of a device; a token for this name replaces it')
        if (existing?.key && keys.publicKeyOf(existing.key) === existing.publicKey)
          return { ...existing, created: false }
        if (existing) throw alreadyExists(name, 'whose key only the device has')
        const key = await keys.create(type)
        const certificate = await issue(name, keys.publicKeyOf(key), { key, profile })
        return { key, certificate, created: true }
      })
    },
    async sign(text, csr, { override, profile, renewed }) {
      const name = parseCertificateName(text)
      const publicKey = await keys.publicKeyOfCsr(csr)
      assertKeyFor(profile, keys.typeOf(publicKey))
      if (renewed !== null && renewed.publicKey !== publicKey)
        throw new Refusal(
          'access-denied',
          'a renewal is for the same key; another key takes an enrolment token for this name',
        )
      return runExclusively(lockOf(name), async () => {
        if (renewed !== null) await assertNotRevoked(renewed)
        const existing = override ? null : await findValid(name)
        if (existing && profile) throw alreadyExists(name, anyProfile)
        if (existing?.publicKey === publicKey)
          return { key: null, certificate: existing.certificate, created: false }
        if (existing) throw alreadyExists(name, 'for another key')
        if (renewed !== null) await assertMayRenew(name)
        const certificate = await issue(name, publicKey, { key: null, profile })
        return { key: null, certificate, created: true }
      })
    },
  }

  /** The journal goes first: a certificate that is not in it could not be revoked by name. */
  async function issue(name: string, publicKey: PublicKey, { key, profile }: Issue): Promise<string> {
    const validity = leafValidity(hierarchy, now(), authority.notAfter)
    const uris = [`urn:push-av:device:${name}`]
    const leaf = { ...validity, commonName: name, publicKey, dnsNames: [], ips: [], uris }
    const certificate = profile ? await deps.issueProfile(profile, leaf) : await authority.issue(leaf)
    await record(name, certificate, profile)
    await files.replace(hierarchy, name, { certificate, key })
    return certificate
  }

  async function record(name: string, certificate: string, profile: ProfileName | null): Promise<void> {
    const facts = deps.reader.read(certificate)
    if (!facts) throw new Error('the certificate just issued cannot be read')
    const { serial, notAfter } = facts
    const at = now().toISOString()
    await journal.append({
      event: 'issued',
      at,
      name,
      serial,
      notAfter: notAfter.toISOString(),
      ...(profile ? { profile } : {}),
    })
  }

  /**
   * The certificate of a name; null when there is none or the proxy would refuse it. Throws `certificate-exists` where
   * another name that differs in upper and lower case alone has one.
   */
  async function findValid(name: string) {
    const found = await findValidOf(name)
    if (found) return found
    const file = `${name}.pem`
    const twins = (await files.list(hierarchy)).filter((one) => one !== file && isSameName(one, file))
    for (const twin of twins.map((one) => one.slice(0, -'.pem'.length)))
      if (await findValidOf(twin))
        throw alreadyExists(twin, `and differs from "${name}" in upper and lower case alone`)
    return null
  }

  async function findValidOf(name: string) {
    const certificate = await files.read(hierarchy, `${name}.pem`)
    const facts = certificate && deps.reader.read(certificate)
    if (!facts || !isValid(facts, now()) || !authority.hasIssued(certificate)) return null
    if (await isRevoked(facts.serial)) return null
    const key = await files.read(hierarchy, `${name}.key`)
    return { key, certificate, publicKey: facts.publicKey }
  }

  /** A revocation may have come after the proxy let the request in, and before its turn. */
  async function assertNotRevoked({ serial }: RenewedCertificate): Promise<void> {
    if (await isRevoked(serial))
      throw new Refusal(
        'access-denied',
        `the certificate with serial ${serial} was revoked; it renews nothing`,
      )
  }

  /** Counts what was issued to the name by any way, so that a renewal is refused before the journal grows. */
  async function assertMayRenew(name: string): Promise<void> {
    const since = now().getTime() - renewalPeriodMs
    const issued = issuedTo(name, await journal.read()).filter(({ at }) => Date.parse(at) > since)
    if (issued.length < maxIssuedForRenewal) return
    const at = new Date(Date.parse(issued.at(-maxIssuedForRenewal)?.at ?? '') + renewalPeriodMs)
    throw new Refusal(
      'renewal-limit',
      `"${name}" has got ${issued.length} certificates within a day; it renews its certificate again after ` +
        at.toISOString(),
    )
  }

  async function isRevoked(serial: string): Promise<boolean> {
    return revokedIn(await journal.read()).has(serial)
  }
}

const renewalPeriodMs = 86_400_000
/** A device renews once in months; one in a test, or with a clock that is wrong, a few times a day. */
const maxIssuedForRenewal = 24

/** The mutex key of a name: some file systems do not tell upper and lower case apart. */
export const lockOf = (name: string): string => `device/${name.toLowerCase()}`

const alreadyExists = (name: string, why: string) =>
  new Refusal('certificate-exists', `"${name}" has a valid certificate ${why}; override=true replaces it`)

const anyProfile = 'and a profile would replace it'

interface Issue {
  /** PEM; null where only the device has it. */
  readonly key: string | null
  readonly profile: ProfileName | null
}

function keyTypeOf(profile: ProfileName | null, wanted: KeyType | null): KeyType {
  const only = profile && profiles[profile].key
  if (only && wanted && familyOf(wanted) !== familyOf(only))
    throw new Refusal('request-malformed', `the profile ${profile} is for a key of type ${only}`)
  return only ?? wanted ?? 'ec-p256'
}

const familyOf = (type: KeyType): string => type.slice(0, type.indexOf('-'))

function assertKeyFor(profile: ProfileName | null, type: KeyType | null): void {
  const only = profile && profiles[profile].key
  if (only && type !== only)
    throw new Refusal('csr-malformed', `the profile ${profile} is for a CSR with a key of type ${only}`)
}
