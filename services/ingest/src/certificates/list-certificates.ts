import type { ProfileName } from '@pushav/shared/api/certificates.ts'
import { type Hierarchy, hierarchies } from './certificate.ts'
import { rootName } from './certificate-name.ts'
import { revokedIn } from './device-history.ts'
import type { CertificateDetails, CertificateFiles, CertificateReader, DeviceJournal } from './ports.ts'

/** A stored certificate in a list. */
export interface ListedCertificate {
  readonly hierarchy: Hierarchy
  readonly name: string
  readonly certificate: CertificateDetails
  /** Such as `ec prime256v1`; `unknown` for a kind that is not known here. */
  readonly keyType: string
  /** Whether its key is stored and may be downloaded. */
  readonly hasKey: boolean
  readonly isRevoked: boolean
  /** The profile that it was issued with; null for a usual one. */
  readonly profile: ProfileName | null
}

/** All stored certificates that can be read. */
export type ListCertificates = () => Promise<readonly ListedCertificate[]>

export function listCertificatesWith(
  files: CertificateFiles,
  reader: CertificateReader,
  journal: DeviceJournal,
): ListCertificates {
  return async function listCertificates() {
    const entries = await journal.read()
    const revoked = revokedIn(entries)
    const withProfile = entries.flatMap(({ serial, profile }) =>
      profile ? [[serial, profile] as const] : [],
    )
    const profileOf = new Map(withProfile)
    const lists = await Promise.all(hierarchies.map((hierarchy) => listOf(hierarchy, revoked, profileOf)))
    return lists.flat()
  }

  async function listOf(
    hierarchy: Hierarchy,
    revoked: ReadonlySet<string>,
    profileOf: ReadonlyMap<string, ProfileName>,
  ): Promise<readonly ListedCertificate[]> {
    const names = await files.list(hierarchy)
    const found = await Promise.all(
      names.filter((file) => file.endsWith('.pem')).map((file) => read(hierarchy, file)),
    )
    return found.flatMap((one) => {
      if (!one) return []
      const hasKey = hierarchy === 'device' && one.name !== rootName && names.includes(`${one.name}.key`)
      const isRevoked = hierarchy === 'device' && revoked.has(one.certificate.serial)
      const profile = (hierarchy === 'device' && profileOf.get(one.certificate.serial)) || null
      return [{ hierarchy, ...one, hasKey, isRevoked, profile }]
    })
  }

  async function read(hierarchy: Hierarchy, file: string) {
    const pem = await files.read(hierarchy, file)
    const certificate = pem === null ? null : reader.describe(pem)
    if (pem === null || !certificate) return null
    return { name: file.slice(0, -'.pem'.length), certificate, keyType: reader.keyTypeOf(pem) ?? 'unknown' }
  }
}
