import { randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import type { Leaf, PublicKey, Validity } from '../certificate.ts'
import { x509 } from './library.ts'

export type ParsedCertificate = InstanceType<typeof x509.X509Certificate>

/** A CA certificate with its key, which signs. */
export interface Issuer {
  readonly certificate: ParsedCertificate
  readonly signingKey: webcrypto.CryptoKey
}

/** A CA that may issue other CAs, if its root lets it. */
export interface CaCertificate extends Validity {
  readonly commonName: string
  readonly publicKey: PublicKey
  /** How many CAs may follow in a chain, RFC 5280, 4.2.1.9; undefined for any number. */
  readonly pathLength: number | undefined
}

/** Signs a leaf, PEM. `usage` is what its hierarchy is for. */
export async function issueLeaf(
  issuer: Issuer,
  leaf: Leaf,
  usage: 'serverAuth' | 'clientAuth',
): Promise<string> {
  const { commonName, notBefore, notAfter } = leaf
  const publicKey = Buffer.from(leaf.publicKey, 'base64')
  const purpose = leaf.usage === undefined ? usage : leaf.usage
  const sans = sansOf(leaf)
  return sign(issuer, {
    ...{ serialNumber: newSerial(), subject: subjectOf(commonName), notBefore, notAfter, publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...(purpose === null ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[purpose]])]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await authorityKeyIdentifierOf(issuer.certificate),
      ...(sans.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(sans)]),
      ...(leaf.comment === undefined ? [] : [commentOf(leaf.comment)]),
    ],
  })
}

/** Signs a CA's certificate, PEM. */
export async function issueCa(issuer: Issuer, ca: CaCertificate): Promise<string> {
  const { commonName, notBefore, notAfter } = ca
  const publicKey = Buffer.from(ca.publicKey, 'base64')
  return sign(issuer, {
    ...{ serialNumber: newSerial(), subject: caSubjectOf(commonName), notBefore, notAfter, publicKey },
    extensions: [
      ...(await caExtensionsOf(publicKey, ca.pathLength)),
      await authorityKeyIdentifierOf(issuer.certificate),
    ],
  })
}

/** A root of its own, PEM. `keys` may sign. */
export async function issueRoot(
  keys: webcrypto.CryptoKeyPair,
  ca: Validity & { readonly commonName: string },
): Promise<string> {
  const { commonName, notBefore, notAfter } = ca
  const publicKey = Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey))
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: newSerial(), name: caSubjectOf(commonName), notBefore, notAfter, keys },
    signingAlgorithm: signingAlgorithmOf(keys.privateKey),
    extensions: await caExtensionsOf(publicKey, undefined),
  })
  return pemOf(made)
}

type Contents = Omit<
  Parameters<typeof x509.X509CertificateGenerator.create>[0],
  'signingKey' | 'signingAlgorithm' | 'issuer'
>

async function sign({ certificate, signingKey }: Issuer, contents: Contents): Promise<string> {
  const signingAlgorithm = signingAlgorithmOf(signingKey)
  const issuer = certificate.subjectName
  return pemOf(
    await x509.X509CertificateGenerator.create({ ...contents, issuer, signingKey, signingAlgorithm }),
  )
}

export const pemOf = ({ rawData }: { readonly rawData: ArrayBuffer }): string =>
  new X509Certificate(Buffer.from(rawData)).toString()

export const signingAlgorithmOf = ({ algorithm }: webcrypto.CryptoKey) =>
  algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : rsaSha256

export const rsaSha256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/** 16 bytes, positive, none of them a leading zero that one library shows and the next drops. */
export const newSerial = (): string => serialOf(randomBytes(16))

/** The first 16 bytes, made positive. */
export function serialOf(bytes: Uint8Array): string {
  const serial = Buffer.from(bytes.subarray(0, 16))
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial.toString('hex')
}

/** As `utf8String`, because the library takes a plain text that starts with `#` for DER. */
function subjectOf(commonName: string) {
  return new x509.Name([
    { O: [{ utf8String: 'CSA' }] },
    { OU: [{ utf8String: 'TC_PAVS' }] },
    { CN: [{ utf8String: commonName }] },
  ])
}

const caSubjectOf = (commonName: string) =>
  new x509.Name([{ O: [{ utf8String: 'CSA' }] }, { CN: [{ utf8String: commonName }] }])

const caExtensionsOf = async (publicKey: Buffer, pathLength: number | undefined) => [
  new x509.BasicConstraintsExtension(true, pathLength, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  await x509.SubjectKeyIdentifierExtension.create(publicKey),
]

/** The issuer's own subject key identifier, where it has one. */
export async function authorityKeyIdentifierOf(issuer: ParsedCertificate) {
  const keyId = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  if (keyId) return new x509.AuthorityKeyIdentifierExtension(keyId)
  return x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)
}

const sansOf = ({ dnsNames, ips, uris }: Leaf) => [
  ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ...ips.map((value) => ({ type: 'ip' as const, value })),
  ...uris.map((value) => ({ type: 'url' as const, value })),
]

const commentOid = '2.16.840.1.113730.1.13'
const ia5String = 0x16

/** Netscape's comment, which clients show and go by in nothing. */
function commentOf(text: string) {
  const bytes = Buffer.from(text, 'latin1')
  const length = bytes.length < 0x80 ? [bytes.length] : [0x82, bytes.length >> 8, bytes.length & 0xff]
  return new x509.Extension(commentOid, false, Buffer.concat([Buffer.from([ia5String, ...length]), bytes]))
}
