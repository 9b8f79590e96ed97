import { revokedIn } from './device-history.ts'
import { isRenewalDue, isValid, leafValidity } from './leaf-policy.ts'
import type { AdminFile, Authority, CertificateReader, DeviceJournal, Keys } from './ports.ts'

/** The name by which an admin's certificate is known; the device CA gives it to no other certificate. */
export const adminUri = 'urn:push-av:admin'
export const adminName = 'admin'

interface EnsureAdminCertificateDeps {
  readonly authority: Authority
  readonly keys: Keys
  readonly reader: CertificateReader
  readonly journal: DeviceJournal
  readonly file: AdminFile
  readonly now: () => Date
}

/** Makes the admin's certificate where it is missing, revoked, or due for renewal; returns whether it did. */
export type EnsureAdminCertificate = () => Promise<boolean>

export function ensureAdminCertificateWith(deps: EnsureAdminCertificateDeps): EnsureAdminCertificate {
  const { authority, keys, reader, journal, file, now } = deps
  return async function ensureAdminCertificate() {
    const stored = await file.read()
    if (stored !== null && (await isGood(stored))) return false
    const key = await keys.create('ec-p256')
    const certificate = await authority.issue({
      ...leafValidity(authority.hierarchy, now(), authority.notAfter),
      commonName: adminName,
      publicKey: keys.publicKeyOf(key),
      dnsNames: [],
      ips: [],
      uris: [adminUri],
    })
    const facts = reader.read(certificate)
    if (!facts) throw new Error('the certificate just issued cannot be read')
    const { serial, notAfter } = facts
    // The journal goes first: a certificate that is not in it could not be revoked by name.
    await journal.append({
      event: 'issued',
      at: now().toISOString(),
      name: adminName,
      serial,
      notAfter: notAfter.toISOString(),
    })
    await file.replace(`${certificate}${key}`, stored === null)
    return true
  }

  async function isGood(pem: string): Promise<boolean> {
    const facts = reader.read(pem)
    if (!facts || !isValid(facts, now()) || isRenewalDue(facts, now()) || !authority.hasIssued(pem))
      return false
    return !revokedIn(await journal.read()).has(facts.serial)
  }
}
