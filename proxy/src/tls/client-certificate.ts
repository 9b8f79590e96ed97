import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { normalSerial } from '@pushav/shared/handover.ts'
import { oneLine, type Trust } from './trust.ts'

/** A certificate that a client presented, read once per connection. */
interface PresentedCertificate {
  readonly certificate: X509Certificate
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  /** OpenSSL's error at the handshake, which a resumed session keeps; null when the certificate verified. */
  readonly chainFault: string | null
}

/** Why a certificate is not accepted; `detail` is written for the person who configures the device. */
export interface CertificateFault {
  readonly code: string
  readonly detail: string
}

/** Null when the client presented none; OpenSSL's code for that case is used for other faults too. */
export function presentedCertificateOf(socket: TLSSocket): PresentedCertificate | null {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return null
  return {
    certificate,
    serial: normalSerial(certificate.serialNumber),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    chainFault: socket.authorized ? null : String(socket.authorizationError ?? 'UNSPECIFIED'),
  }
}

/** Judged anew for each request, because certificates expire and are revoked while connections are open. */
export function faultOf(presented: PresentedCertificate, trust: Trust, now: number): CertificateFault | null {
  const { notBefore, notAfter, serial, chainFault } = presented
  // A foreign issuer comes first: whether its certificate has expired or has a revoked serial says nothing.
  if (chainFault && !faultsOfKnownIssuers.has(chainFault)) return chainFaultOf(presented, chainFault, trust)
  if (now > notAfter) return fault('certificate-expired', `has been expired since ${isoOf(notAfter)}`)
  if (now < notBefore) return fault('certificate-not-yet-valid', `is not valid before ${isoOf(notBefore)}`)
  if (trust.revokedSerials.has(serial))
    return fault('certificate-revoked', `with serial ${serial} was revoked`)
  return chainFault ? chainFaultOf(presented, chainFault, trust) : null
}

const faultsOfKnownIssuers = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED'])

function chainFaultOf(presented: PresentedCertificate, chainFault: string, trust: Trust): CertificateFault {
  const issuer = oneLine(presented.certificate.issuer)
  const hasRootName = trust.rootNames.includes(issuer)
  if (chainFault === 'INVALID_PURPOSE' && hasRootName)
    return fault('certificate-purpose', 'is not for client use: its extended key usage lacks clientAuth')
  const origin = originOf(issuer, oneLine(presented.certificate.subject), hasRootName)
  const roots = trust.rootNames.map((name) => `"${name}"`).join(', ')
  return fault(
    'certificate-untrusted',
    `${origin}; this server accepts certificates issued by ${roots} (${chainFault})`,
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
