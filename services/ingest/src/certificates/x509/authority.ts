import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import type { Hierarchy, Leaf, Pair, PublicKey, Validity } from '../certificate.ts'
import { isValid } from '../leaf-policy.ts'
import type { Authority, RevocationList } from '../ports.ts'
import { authorityKeyIdentifierOf, issueCa, issueLeaf, newSerial, pemOf, serialOf } from './issuer.ts'
import { x509 } from './library.ts'
import { importKey, signingAlgorithmOf } from './signing-key.ts'

const usageOf = { server: 'serverAuth', device: 'clientAuth' } as const

/** How a CA that is no root is opened. */
interface OpenOptions {
  /** What follows a leaf in its file, PEM; the CA's own certificate where it is not given. */
  readonly chain?: string
  /** The files of root and key, named in errors. */
  readonly file?: string
}

/** A CA from its root and key. Throws an error that explains what is wrong with the two files. */
export async function openAuthority(
  hierarchy: Hierarchy,
  pair: Pair,
  now: Date,
  { chain, file = `certs/${hierarchy}/root` }: OpenOptions = {},
): Promise<Authority> {
  const root = readRoot(file, pair, now)
  const parsed = new x509.X509Certificate(root.raw)
  const signingKey = await importKey(pair.key)
  const issuer = { certificate: parsed, signingKey }
  const rootPem = root.toString()
  const signingAlgorithm = signingAlgorithmOf(signingKey)
  const notAfter = root.validToDate
  return {
    hierarchy,
    root: rootPem,
    notAfter,
    issue,
    revocationList,
    renewRoot,
    widenRoot,
    issueIntermediate,
    hasIssued: (certificate) => hasSigned(certificate, false),
    hasIssuedIntermediate: (certificate) => hasSigned(certificate, true),
  }

  async function issue(leaf: Leaf): Promise<string> {
    return `${await issueLeaf(issuer, leaf, usageOf[hierarchy])}${chain ?? rootPem}`
  }

  function issueIntermediate(publicKey: PublicKey): Promise<string> {
    const { validFromDate: notBefore, validToDate: notAfter } = root
    const commonName = `TC_PAVS ${hierarchy} intermediate`
    return issueCa(issuer, { commonName, publicKey, notBefore, notAfter, pathLength: 0 })
  }

  async function widenRoot(): Promise<string> {
    const { pathLength } = parsed.getExtension(x509.BasicConstraintsExtension) ?? {}
    if (pathLength !== 0) return rootPem
    const widened = await x509.X509CertificateGenerator.create({
      // Derived, so that all processes hand over the same root.
      serialNumber: serialOf(createHash('sha256').update(root.raw).digest()),
      subject: parsed.subjectName,
      issuer: parsed.subjectName,
      publicKey: parsed.publicKey,
      notBefore: root.validFromDate,
      notAfter: root.validToDate,
      signingKey,
      signingAlgorithm,
      extensions: parsed.extensions.map((extension) =>
        extension instanceof x509.BasicConstraintsExtension
          ? new x509.BasicConstraintsExtension(true, 1, true)
          : extension,
      ),
    })
    return pemOf(widened)
  }

  function hasSigned(certificate: string, isCa: boolean): boolean {
    try {
      const signed = new X509Certificate(certificate)
      return signed.ca === isCa && signed.checkIssued(root) && signed.verify(root.publicKey)
    } catch {
      return false
    }
  }

  async function revocationList(list: RevocationList): Promise<Uint8Array> {
    const { number, thisUpdate, nextUpdate, revoked } = list
    const made = await x509.X509CrlGenerator.create({
      issuer: parsed.subjectName,
      thisUpdate,
      nextUpdate,
      signingKey,
      signingAlgorithm,
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
      serialNumber: newSerial(),
      subject: parsed.subjectName,
      issuer: parsed.subjectName,
      notBefore,
      notAfter,
      publicKey: parsed.publicKey,
      signingKey,
      signingAlgorithm,
      extensions: [...parsed.extensions],
    })
    return pemOf(renewed)
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

function readRoot(file: string, pair: Pair, now: Date): X509Certificate {
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
