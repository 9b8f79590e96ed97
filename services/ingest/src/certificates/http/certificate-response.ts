import type {
  CertificateSummaryResponse,
  ProfileName,
  ProfileResponse,
} from '@pushav/shared/api/certificates.ts'
import type { DeviceCertificate } from '../issue-certificate.ts'
import type { ListedCertificate } from '../list-certificates.ts'
import type { CertificateDetails, KeyDetails } from '../ports.ts'
import { profiles } from '../profiles/profiles.ts'
import type { FileDetails } from '../show-certificates.ts'

/**
 * `key` and `cert` are paths of files, as in the reference. `created` means what its name says; in the reference it is
 * true for a certificate that existed already.
 */
export const deviceCertificateResponse = (
  { key, certificate, created }: DeviceCertificate,
  paths: { readonly key: string; readonly certificate: string },
  profile: ProfileName | null,
) => ({
  key: key === null ? null : paths.key,
  cert: paths.certificate,
  created,
  key_pem: key ?? undefined,
  cert_pem: certificate,
  profile: profile === null ? undefined : profileResponse(profile),
})

/** What the certificate is like, and what comes of it. */
function profileResponse(name: ProfileName): ProfileResponse {
  const { shows, server } = profiles[name]
  const { correct, accepts, code, rule, detail } = server
  return {
    name,
    shows,
    correct_server: correct,
    this_server: accepts ? 'accepts' : 'refuses',
    code,
    rule,
    detail,
  }
}

/** One line of the list of certificates. */
export const certificateSummaryResponse = (
  { hierarchy, name, certificate, keyType, hasKey, isRevoked, profile }: ListedCertificate,
  lastSeen: ReadonlyMap<string, string>,
): CertificateSummaryResponse => ({
  hierarchy,
  name,
  subject: certificate.subject,
  issuer: certificate.issuer,
  serial: certificate.serial,
  not_before: certificate.notBefore.toISOString(),
  not_after: certificate.notAfter.toISOString(),
  fingerprint_sha256: certificate.fingerprint,
  key_type: keyType,
  has_key: hasKey,
  revoked: isRevoked,
  profile,
  last_seen: lastSeen.get(certificate.fingerprint) ?? null,
})

/** A file below `/certs` with the reference's field names. */
export function certificateFileResponse(file: FileDetails) {
  if (file.kind === 'key') return { type: 'key', cert: null, key: keyResponse(file.key) }
  return { type: 'cert', cert: certificateResponse(file.certificate), key: null }
}

/** A certificate with the reference's field names. */
export const certificateResponse = (certificate: CertificateDetails) => ({
  public_cert: certificate.pem,
  serial_number: `0x${certificate.serial}`,
  not_valid_before: dateOf(certificate.notBefore),
  not_valid_after: dateOf(certificate.notAfter),
  issuer: certificate.issuer,
  subject: certificate.subject,
  extensions: certificate.extensions,
  fingerprint_sha256: certificate.fingerprint,
  sans: certificate.sans,
})

const keyResponse = ({ bits, privateKey, publicKey }: KeyDetails) => ({
  key_size: bits,
  private_key: privateKey,
  public_key: publicKey,
})

/** `2026-11-22T17:05:59Z`, as the reference writes it. */
const dateOf = (date: Date): string => date.toISOString().replace('.000Z', 'Z')
