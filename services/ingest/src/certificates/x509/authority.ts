import { createPrivateKey, randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import type { Hierarchy, Leaf, Pair, Validity } from '../certificate.ts'
import { isValid } from '../leaf-policy.ts'
import type { Authority, RevocationList } from '../ports.ts'
import { x509 } from './library.ts'

const usageOf = { server: x509.ExtendedKeyUsage.serverAuth, device: x509.ExtendedKeyUsage.clientAuth }

/** A CA from its root and key. Throws an error that explains what is wrong with the two files. */
export async function openAuthority(hierarchy: Hierarchy, pair: Pair, now: Date): Promise<Authority> {
  const root = readRoot(hierarchy, pair, now)
  const parsed = new x509.X509Certificate(root.raw)
  const signingKey = await importKey(pair.key)
  const rootPem = root.toString()
  const signingAlgorithm =
    signingKey.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : rsaSha256
  const notAfter = root.validToDate
  return { hierarchy, root: rootPem, notAfter, issue, hasIssued, revocationList, renewRoot }

  async function issue(leaf: Leaf): Promise<string> {
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: subjectOf(leaf.commonName),
      issuer: parsed.subjectName,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      publicKey: Buffer.from(leaf.publicKey, 'base64'),
      signingKey,
      signingAlgorithm,
      extensions: await extensionsOf(leaf, usageOf[hierarchy], parsed),
    })
    return `${new X509Certificate(Buffer.from(issued.rawData)).toString()}${rootPem}`
  }

  function hasIssued(certificate: string): boolean {
    try {
      const leaf = new X509Certificate(certificate)
      return !leaf.ca && leaf.checkIssued(root) && leaf.verify(root.publicKey)
    } catch {
      return false
    }
  }

  async function revocationList(list: RevocationList): Promise<Uint8Array> {
    const { number, thisUpdate, nextUpdate, revoked } = list
    const made = await x509.X509CrlGenerator.create({
      ...{ issuer: parsed.subjectName, thisUpdate, nextUpdate, signingKey, signingAlgorithm },
      entries: revoked.map(({ serial, at }) => ({ serialNumber: evenLength(serial), revocationDate: at })),
      extensions: [
        await authorityKeyIdentifierOf(parsed),
        new x509.Extension(crlNumberOid, false, derInteger(number)),
      ],
    })
    return new Uint8Array(made.rawData)
  }

  async function renewRoot({ notBefore, notAfter }: Validity): Promise<string> {
    const renewed = await x509.X509CertificateGenerator.create({
      ...{ serialNumber: newSerial(), subject: parsed.subjectName, issuer: parsed.subjectName },
      ...{ notBefore, notAfter, publicKey: parsed.publicKey, signingKey, signingAlgorithm },
      extensions: [...parsed.extensions],
    })
    return new X509Certificate(Buffer.from(renewed.rawData)).toString()
  }
}

const crlNumberOid = '2.5.29.20'

/** RFC 5280, 5.2.3: an INTEGER that grows. */
function derInteger(value: number): Uint8Array {
  const hex = evenLength(value.toString(16))
  const bytes = Buffer.from(/^[89a-f]/.test(hex) ? `00${hex}` : hex, 'hex')
  return Buffer.concat([Buffer.from([2, bytes.length]), bytes])
}

const evenLength = (hex: string): string => (hex.length % 2 === 0 ? hex : `0${hex}`)

const rsaSha256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

function readRoot(hierarchy: Hierarchy, pair: Pair, now: Date): X509Certificate {
  const file = `certs/${hierarchy}/root`
  const root = orFault(
    `${file}.pem holds no readable certificate`,
    () => new X509Certificate(pair.certificate),
  )
  const key = orFault(`${file}.key holds no readable private key (it must not be encrypted)`, () =>
    createPrivateKey(pair.key),
  )
  if (!root.ca) throw new Error(`${file}.pem is not a CA certificate`)
  if (!root.checkPrivateKey(key)) throw new Error(`${file}.key does not belong to ${file}.pem`)
  const validity = { notBefore: root.validFromDate, notAfter: root.validToDate }
  if (!isValid(validity, now)) {
    throw new Error(
      `${file}.pem is valid from ${root.validFrom} to ${root.validTo}, but now it is ${now.toUTCString()}`,
    )
  }
  return root
}

function orFault<Result>(message: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw new Error(message, { cause })
  }
}

/** Not extractable: from here on the key can sign, and nothing else. */
function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(pem)
  const der = key.export({ type: 'pkcs8', format: 'der' })
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[
    key.asymmetricKeyDetails?.namedCurve ?? ''
  ]
  const algorithm = curve === undefined ? rsaSha256 : { name: 'ECDSA', namedCurve: curve }
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

/** 16 bytes, positive, none of them a leading zero that one library shows and the next drops. */
function newSerial(): string {
  const serial = randomBytes(16)
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

async function extensionsOf(leaf: Leaf, usage: string, root: InstanceType<typeof x509.X509Certificate>) {
  const publicKey = Buffer.from(leaf.publicKey, 'base64')
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([usage]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await authorityKeyIdentifierOf(root),
    new x509.SubjectAlternativeNameExtension(sansOf(leaf)),
  ]
}

/** The root's own subject key identifier, where it has one. */
async function authorityKeyIdentifierOf(root: InstanceType<typeof x509.X509Certificate>) {
  const keyId = root.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  if (keyId) return new x509.AuthorityKeyIdentifierExtension(keyId)
  return x509.AuthorityKeyIdentifierExtension.create(root.publicKey)
}

const sansOf = ({ dnsNames, ips, uris }: Leaf) => [
  ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ...ips.map((value) => ({ type: 'ip' as const, value })),
  ...uris.map((value) => ({ type: 'url' as const, value })),
]
