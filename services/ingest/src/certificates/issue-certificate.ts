import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import type { KeyType, PublicKey } from './certificate.ts'
import { parseCertificateName } from './certificate-name.ts'
import { isValid, leafValidity } from './leaf-policy.ts'
import type { Authority, CertificateFiles, CertificateReader, DeviceJournal, Keys } from './ports.ts'

interface IssueCertificateDeps {
  readonly authority: Authority
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
 * `certificate-exists` when it is for another one. Both throw `certificate-name-malformed`.
 */
export interface IssueCertificate {
  /** A key pair made here, for devices that cannot make their own. */
  keyPair(
    name: string,
    options: { readonly override: boolean; readonly type: KeyType },
  ): Promise<DeviceCertificate>
  /**
   * A certificate for the key of a CSR, PEM or DER. Throws the refusals `csr-malformed` and, for a key other than
   * `publicKey` where that is given, `access-denied`.
   */
  sign(name: string, csr: Uint8Array, options: SignOptions): Promise<DeviceCertificate>
}

interface SignOptions {
  readonly override: boolean
  /** The only key that it may be for; null for any. */
  readonly publicKey: PublicKey | null
}

/** Requests for one name run one after the other, so that no key is stored beside another key's certificate. */
export function issueCertificateWith(deps: IssueCertificateDeps): IssueCertificate {
  const { authority, keys, files, journal, runExclusively, now } = deps
  const { hierarchy } = authority

  return {
    async keyPair(text, { override, type }) {
      const name = parseCertificateName(text)
      return runExclusively(lockOf(name), async () => {
        const existing = override ? null : await findValid(name)
        if (existing?.key && keys.publicKeyOf(existing.key) === existing.publicKey)
          return { ...existing, created: false }
        if (existing) throw alreadyExists(name, 'whose key only the device has')
        const key = await keys.create(type)
        const certificate = await issue(name, keys.publicKeyOf(key), key)
        return { key, certificate, created: true }
      })
    },
    async sign(text, csr, { override, publicKey: required }) {
      const name = parseCertificateName(text)
      const publicKey = await keys.publicKeyOfCsr(csr)
      if (required !== null && required !== publicKey)
        throw new Refusal(
          'access-denied',
          'a renewal is for the same key; another key takes an enrolment token for this name',
        )
      return runExclusively(lockOf(name), async () => {
        const existing = override ? null : await findValid(name)
        if (existing?.publicKey === publicKey)
          return { key: null, certificate: existing.certificate, created: false }
        if (existing) throw alreadyExists(name, 'for another key')
        return { key: null, certificate: await issue(name, publicKey, null), created: true }
      })
    },
  }

  /** The journal goes first: a certificate that is not in it could not be revoked by name. */
  async function issue(name: string, publicKey: PublicKey, key: string | null): Promise<string> {
    const validity = leafValidity(hierarchy, now(), authority.notAfter)
    const uris = [`urn:push-av:device:${name}`]
    const leaf = { ...validity, commonName: name, publicKey, dnsNames: [], ips: [], uris }
    const certificate = await authority.issue(leaf)
    await record(name, certificate)
    await files.replace(hierarchy, name, { certificate, key })
    return certificate
  }

  async function record(name: string, certificate: string): Promise<void> {
    const facts = deps.reader.read(certificate)
    if (!facts) throw new Error('the certificate just issued cannot be read')
    const { serial, notAfter } = facts
    const at = now().toISOString()
    await journal.append({ event: 'issued', at, name, serial, notAfter: notAfter.toISOString() })
  }

  /** The certificate of a name; null when there is none or the proxy would refuse it. */
  async function findValid(name: string) {
    const certificate = await files.read(hierarchy, `${name}.pem`)
    const facts = certificate && deps.reader.read(certificate)
    if (!facts || !isValid(facts, now()) || !authority.hasIssued(certificate)) return null
    if (await isRevoked(facts.serial)) return null
    const key = await files.read(hierarchy, `${name}.key`)
    return { key, certificate, publicKey: facts.publicKey }
  }

  async function isRevoked(serial: string): Promise<boolean> {
    const entries = await journal.read()
    return entries.some((entry) => entry.event === 'revoked' && entry.serial === serial)
  }
}

/** The mutex key of a name: some file systems do not tell upper and lower case apart. */
export const lockOf = (name: string): string => `device/${name.toLowerCase()}`

const alreadyExists = (name: string, why: string) =>
  new Refusal('certificate-exists', `"${name}" has a valid certificate ${why}; override=true replaces it`)
