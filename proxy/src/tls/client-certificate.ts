import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { normalSerial } from '@pushav/shared/handover.ts'
import { oneLine } from './certificate-text.ts'
import { unknownCriticalExtensions } from './critical-extensions.ts'
import type { Trust } from './trust.ts'

/** A certificate that a client presented, read once per connection. */
interface PresentedCertificate {
  readonly certificate: X509Certificate
  readonly serial: string
  /** Milliseconds since 1970; NaN for a date that cannot be read. */
  readonly notBefore: number
  /** Milliseconds since 1970; NaN for a date that cannot be read. */
  readonly notAfter: number
  /** OpenSSL's error at the handshake, which a resumed session keeps; null when the certificate verified. */
  readonly chainFault: string | null
  /** Object identifiers of its extended key usage; null when it has none. */
  readonly purposes: readonly string[] | null
}

/** Why a certificate is not accepted; `detail` is written for the person who configures the device. */
export interface CertificateFault {
  readonly code: string
  readonly detail: string
}

/**
 * Reads the client certificate; null when the client presented none. OpenSSL's code for that case does not tell,
 * because OpenSSL uses it for other faults too.
 */
export function presentedCertificateOf(socket: TLSSocket): PresentedCertificate | null {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return null
  return {
    certificate,
    serial: normalSerial(certificate.serialNumber),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    chainFault: socket.authorized ? null : String(socket.authorizationError ?? 'UNSPECIFIED'),
    purposes: certificate.keyUsage ?? null,
  }
}

/**
 * Why a certificate is not accepted at `now`, in milliseconds since 1970; null when it is. Computed for each request,
 * because certificates expire and are revoked while connections are open.
 */
export function faultOf(
  presented: PresentedCertificate,
  trust: Pick<Trust, 'revokedSerials' | 'roots' | 'rootNames'>,
  now: number,
): CertificateFault | null {
  const { notBefore, notAfter, serial, chainFault } = presented
  // An unknown issuer comes first: the expiry and the serial of a foreign certificate say nothing.
  if (chainFault && !faultsOfKnownIssuers.has(chainFault)) return chainFaultOf(presented, chainFault, trust)
  if (now > notAfter) return fault('certificate-expired', `has been expired since ${isoOf(notAfter)}`)
  if (now < notBefore) return fault('certificate-not-yet-valid', `is not valid before ${isoOf(notBefore)}`)
  if (trust.revokedSerials.has(serial))
    return fault('certificate-revoked', `with serial ${serial} was revoked`)
  return chainFault ? chainFaultOf(presented, chainFault, trust) : purposeFaultOf(presented)
}

const faultsOfKnownIssuers = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED'])

function chainFaultOf(
  presented: PresentedCertificate,
  chainFault: string,
  trust: Pick<Trust, 'roots' | 'rootNames'>,
): CertificateFault {
  const { certificate } = presented
  const issuer = oneLine(certificate.issuer)
  const hasRootName = trust.rootNames.includes(issuer)
  if (chainFault === 'INVALID_PURPOSE' && hasRootName)
    return purposeFaultOf(presented) ?? fault('certificate-purpose', 'is not for client use')
  if (trust.roots.some((root) => certificate.checkIssued(root) && certificate.verify(root.publicKey)))
    return unacceptableFaultOf(certificate, chainFault)
  const origin = originOf(issuer, oneLine(certificate.subject), hasRootName)
  const roots = trust.rootNames.map((name) => `"${name}"`).join(', ')
  return fault(
    'certificate-untrusted',
    `${origin}; this server accepts certificates issued by ${roots} (${chainFault})`,
  )
}

/**
 * OpenSSL accepts a certificate without extended key usage for every purpose. The accepted roots may issue certificates
 * for other purposes too, so the certificate must name clientAuth. RFC 5280 4.2.1.12 lets an application require a
 * purpose and refuse anyExtendedKeyUsage in its place; OpenSSL refuses that as well.
 */
function purposeFaultOf({ purposes }: PresentedCertificate): CertificateFault | null {
  if (purposes?.includes(clientAuth)) return null
  const lack =
    purposes === null
      ? 'it has no extended key usage, which must name clientAuth'
      : purposes.includes(anyExtendedKeyUsage)
        ? 'its extended key usage is anyExtendedKeyUsage, but must name clientAuth'
        : 'its extended key usage lacks clientAuth'
  return fault('certificate-purpose', `is not for client use: ${lack}`)
}

const clientAuth = '1.3.6.1.5.5.7.3.2'
const anyExtendedKeyUsage = '2.5.29.37.0'

/** The fault of a certificate that an accepted root has signed. OpenSSL has one code for many of these faults. */
function unacceptableFaultOf(certificate: X509Certificate, chainFault: string): CertificateFault {
  const unknown = unknownCriticalExtensions(certificate.raw)
  if (unknown.length > 0)
    return fault(
      'certificate-extension-unknown',
      `has a critical extension that this server does not know (${unknown.join(', ')}), and must be refused for that (RFC 5280 4.2)`,
    )
  return fault(
    'certificate-invalid',
    `was issued by "${oneLine(certificate.issuer)}", which is accepted, but does not verify (${chainFault})`,
  )
}

function originOf(issuer: string, subject: string, hasRootName: boolean): string {
  if (hasRootName) return `was issued by "${issuer}", which has the name of an accepted root but not its key`
  if (issuer === subject) return `"${subject}" is self-signed`
  return `was issued by "${issuer}"`
}

const fault = (code: string, words: string): CertificateFault => ({
  code,
  detail: `the client certificate ${words}`,
})

const isoOf = (time: number): string =>
  Number.isNaN(time) ? 'an unreadable date' : new Date(time).toISOString()
