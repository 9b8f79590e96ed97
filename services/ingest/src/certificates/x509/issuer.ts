import { randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import type { Leaf, PublicKey, Validity } from '../certificate.ts'
import { x509 } from './library.ts'
import { x509Keys } from './private-keys.ts'
import { importKey, signingAlgorithmOf } from './signing-key.ts'

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
  return sign(issuer, await leafContentsOf(leaf, usage, issuer.certificate))
}

/** A leaf that its own private key signs, PEM. */
export async function issueSelfSigned(
  key: string,
  leaf: Leaf,
  usage: 'serverAuth' | 'clientAuth',
): Promise<string> {
  const contents = await leafContentsOf(leaf, usage, null)
  const signingKey = await importKey(key)
  const signingAlgorithm = signingAlgorithmOf(signingKey)
  const { subject: issuer } = contents
  return pemOf(
    await x509.X509CertificateGenerator.create({ ...contents, issuer, signingKey, signingAlgorithm }),
  )
}

/** `issuer` is null for the leaf itself. */
async function leafContentsOf(
  leaf: Leaf,
  usage: 'serverAuth' | 'clientAuth',
  issuer: ParsedCertificate | null,
): Promise<Contents> {
  const { commonName, notBefore, notAfter } = leaf
  const publicKey = Buffer.from(leaf.publicKey, 'base64')
  const purpose = leaf.usage === undefined ? usage : leaf.usage
  const sans = sansOf(leaf)
  return {
    serialNumber: newSerial(),
    subject: subjectOf(commonName),
    notBefore,
    notAfter,
    publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...(purpose === null ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[purpose]])]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(issuer ? [await authorityKeyIdentifierOf(issuer)] : []),
      ...(sans.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(sans)]),
      ...(leaf.comment === undefined ? [] : [commentOf(leaf.comment)]),
    ],
  }
}

/** Signs a CA's certificate, PEM. */
export async function issueCa(issuer: Issuer, ca: CaCertificate): Promise<string> {
  const { commonName, notBefore, notAfter } = ca
  const publicKey = Buffer.from(ca.publicKey, 'base64')
  return sign(issuer, {
    serialNumber: newSerial(),
    subject: caSubjectOf(commonName),
    notBefore,
    notAfter,
    publicKey,
    extensions: [
      ...(await caExtensionsOf(publicKey, ca.pathLength)),
      await authorityKeyIdentifierOf(issuer.certificate),
    ],
  })
}

/** A root of its own with a private key, PEM. */
export async function issueRoot(
  key: string,
  ca: Validity & { readonly commonName: string },
): Promise<string> {
  const { commonName, notBefore, notAfter } = ca
  const signingKey = await importKey(key)
  const publicKey = Buffer.from(x509Keys.publicKeyOf(key), 'base64')
  const [subject, issuer] = [caSubjectOf(commonName), caSubjectOf(commonName)]
  return pemOf(
    await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject,
      issuer,
      notBefore,
      notAfter,
      publicKey,
      signingKey,
      signingAlgorithm: signingAlgorithmOf(signingKey),
      extensions: await caExtensionsOf(publicKey, undefined),
    }),
  )
}

type Contents = Omit<
  Parameters<typeof x509.X509CertificateGenerator.create>[0],
  'signingKey' | 'signingAlgorithm' | 'issuer' | 'subject'
> & { readonly subject: InstanceType<typeof x509.Name> }

async function sign({ certificate, signingKey }: Issuer, contents: Contents): Promise<string> {
  const signingAlgorithm = signingAlgorithmOf(signingKey)
  const issuer = certificate.subjectName
  return pemOf(
    await x509.X509CertificateGenerator.create({ ...contents, issuer, signingKey, signingAlgorithm }),
  )
}

export const pemOf = ({ rawData }: { readonly rawData: ArrayBuffer }): string =>
  new X509Certificate(Buffer.from(rawData)).toString()

/** 16 bytes, positive, none of them a leading zero that one library shows and the next drops. */
export const newSerial = (): string => serialOf(randomBytes(16))

/** The first 16 bytes, made positive. */
export function serialOf(bytes: Uint8Array): string {
  const serial = Buffer.from(bytes.subarray(0, 16))
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial.toString('hex')
}

/** Written as `utf8String`, because the library takes a plain text that starts with `#` for DER. */
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

/** Netscape's comment, which clients show and which changes nothing that they do. */
function commentOf(text: string) {
  const bytes = Buffer.from(text, 'latin1')
  const length = bytes.length < 0x80 ? [bytes.length] : [0x82, bytes.length >> 8, bytes.length & 0xff]
  return new x509.Extension(commentOid, false, Buffer.concat([Buffer.from([ia5String, ...length]), bytes]))
}
