import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { normalSerial } from '@pushav/shared/handover.ts'
import { type Certificate, normalIp } from '../certificate.ts'
import type { CertificateDetails, CertificateReader, KeyDetails } from '../ports.ts'
import { x509 } from './library.ts'
import { spkiOf } from './private-keys.ts'

/** Reads RSA and EC alike; of a bundle, the first certificate, which is the leaf. */
export const x509Reader: CertificateReader = {
  read: (pem) => orNull(() => read(new X509Certificate(pem))),
  describe: (pem) => orNull(() => describe(new X509Certificate(pem))),
  describeKey: (pem) => orNull(() => describeKey(createPrivateKey(pem))),
  keyTypeOf: (pem) => orNull(() => keyTypeOf(new X509Certificate(pem).publicKey)),
  derOf: (pem) => orNull(() => derOf(pem)),
}

function orNull<Result>(read: () => Result): Result | null {
  try {
    return read()
  } catch {
    return null
  }
}

function read(certificate: X509Certificate): Certificate {
  const sans = sansOf(certificate)
  return {
    serial: normalSerial(certificate.serialNumber),
    commonName: /^CN=(.*)$/m.exec(certificate.subject ?? '')?.[1] ?? '',
    publicKey: spkiOf(certificate.publicKey),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    dnsNames: sans.filter(({ type }) => type === 'dns').map(({ value }) => value),
    ips: sans.filter(({ type }) => type === 'ip').map(({ value }) => normalIp(value)),
  }
}

function describe(certificate: X509Certificate): CertificateDetails {
  return {
    pem: certificate.toString(),
    serial: normalSerial(certificate.serialNumber),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    issuer: rfc4514(certificate.issuer),
    subject: rfc4514(certificate.subject),
    extensions: parsed(certificate).extensions.map((extension) => oneLine(extension.toString('text'))),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    sans: sansOf(certificate).map(({ type, value }) => `${sanLabels[type] ?? type}:${value}`),
  }
}

const sanLabels: Readonly<Record<string, string>> = { dns: 'DNS', ip: 'IP', url: 'URI', email: 'email' }

const parsed = (certificate: X509Certificate) => new x509.X509Certificate(Uint8Array.from(certificate.raw))

function sansOf(certificate: X509Certificate): readonly { type: string; value: string }[] {
  return parsed(certificate).getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? []
}

/** Node prints one attribute a line in the order of the certificate; RFC 4514 lists them in reverse. */
const rfc4514 = (name: string | undefined): string => (name ?? '').split('\n').reverse().join(',')

/** `Key Usages: critical, digitalSignature`; key identifiers as `81:6e:…`. */
const oneLine = (text: string): string =>
  text
    .trim()
    .replace(/\b([0-9a-f]{2})\s+(?=[0-9a-f]{2}\b)/g, '$1:')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .reduce((all, line) => (all === '' || all.endsWith(':') ? `${all} ${line}` : `${all}, ${line}`), '')
    .trimStart()

function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails ?? {}
  return `${asymmetricKeyType ?? 'unknown'} ${namedCurve ?? modulusLength ?? ''}`.trim()
}

function derOf(pem: string): Buffer {
  if (!pem.includes('PRIVATE KEY-----')) return new X509Certificate(pem).raw
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
}

function describeKey(key: KeyObject): KeyDetails {
  const publicKey = createPublicKey(key)
  const { modulusLength, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  const isRsa = key.asymmetricKeyType === 'rsa'
  return {
    bits: modulusLength ?? Number(/\d{3}/.exec(namedCurve)?.[0] ?? 0),
    privateKey: key.export({ type: isRsa ? 'pkcs1' : 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: isRsa ? 'pkcs1' : 'spki', format: 'pem' }).toString(),
  }
}
