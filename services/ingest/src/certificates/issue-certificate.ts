import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import { Refusal } from '../lib/refusal.ts'
import type { KeyType, PublicKey } from './certificate.ts'
import { parseCertificateName } from './certificate-name.ts'
import { isValid, leafValidity } from './leaf-policy.ts'
import type { Authority, CertificateFiles, CertificateReader, DeviceJournal, Keys } from './ports.ts'

export interface IssuePorts {
  readonly authority: Authority
  readonly keys: Keys
  readonly reader: CertificateReader
  readonly files: CertificateFiles
  readonly journal: DeviceJournal
  readonly runExclusively: KeyedMutex
  readonly clock: () => Date
}

/** `key` is null where only the device has it; `created` is false when what was there is returned. */
export interface Issued {
  readonly key: string | null
  readonly certificate: string
  readonly created: boolean
}

export interface IssueCertificate {
  /** A key pair made here, for devices that cannot make their own. */
  keyPair(name: string, wish: { readonly override: boolean; readonly type: KeyType }): Promise<Issued>
  /** A certificate for the key of a CSR. */
  sign(name: string, csr: Uint8Array, wish: { readonly override: boolean }): Promise<Issued>
}

/** Device certificates. Requests for one name take turns, so no key ever meets another's certificate. */
export function issueCertificateWith(ports: IssuePorts): IssueCertificate {
  const { authority, keys, files, journal, runExclusively, clock } = ports
  const { hierarchy } = authority

  return {
    async keyPair(text, { override, type }) {
      const name = parseCertificateName(text)
      return runExclusively(lockOf(name), async () => {
        const kept = override ? null : await valid(name)
        if (kept?.key && keys.publicKeyOf(kept.key) === kept.publicKey) return { ...kept, created: false }
        if (kept) throw taken(name, 'whose key only the device has')
        const key = await keys.create(type)
        const certificate = await issue(name, keys.publicKeyOf(key), key)
        return { key, certificate, created: true }
      })
    },
    async sign(text, csr, { override }) {
      const name = parseCertificateName(text)
      const publicKey = await keys.publicKeyOfCsr(csr)
      return runExclusively(lockOf(name), async () => {
        const kept = override ? null : await valid(name)
        if (kept?.publicKey === publicKey) return { key: null, certificate: kept.certificate, created: false }
        if (kept) throw taken(name, 'for another key')
        return { key: null, certificate: await issue(name, publicKey, null), created: true }
      })
    },
  }

  /** The journal goes first: a certificate that nobody wrote down could not be revoked by name. */
  async function issue(name: string, publicKey: PublicKey, key: string | null): Promise<string> {
    const validity = leafValidity(hierarchy, clock(), authority.notAfter)
    const uris = [`urn:push-av:device:${name}`]
    const leaf = { ...validity, commonName: name, publicKey, dnsNames: [], ips: [], uris }
    const certificate = await authority.issue(leaf)
    await record(name, certificate)
    await files.replace(hierarchy, name, { certificate, key })
    return certificate
  }

  async function record(name: string, certificate: string): Promise<void> {
    const facts = ports.reader.read(certificate)
    if (!facts) throw new Error('the certificate just issued cannot be read')
    const { serial, notAfter } = facts
    const at = clock().toISOString()
    await journal.append({ event: 'issued', at, name, serial, notAfter: notAfter.toISOString() })
  }

  /** What is kept under a name, if the proxy would still let it in. */
  async function valid(name: string) {
    const certificate = await files.read(hierarchy, `${name}.pem`)
    const facts = certificate && ports.reader.read(certificate)
    if (!facts || !isValid(facts, clock()) || !authority.hasIssued(certificate)) return null
    if (await isRevoked(facts.serial)) return null
    const key = await files.read(hierarchy, `${name}.key`)
    return { key, certificate, publicKey: facts.publicKey }
  }

  async function isRevoked(serial: string): Promise<boolean> {
    const entries = await journal.read()
    return entries.some((entry) => entry.event === 'revoked' && entry.serial === serial)
  }
}

/** Some file systems do not tell cases apart. */
export const lockOf = (name: string): string => `device/${name.toLowerCase()}`

const taken = (name: string, why: string) =>
  new Refusal('certificate-exists', `"${name}" has a valid certificate ${why}; override=true replaces it`)
