import { createPublicKey, type KeyObject } from 'node:crypto'
import { Refusal } from '../../lib/refusal.ts'
import type { PublicKey } from '../certificate.ts'
import { x509 } from './library.ts'
import { weaknessOfRsaKey } from './rsa-key.ts'

const maxCsrBytes = 16 * 1024
const hashes = ['SHA-256', 'SHA-384', 'SHA-512']
const curves = ['prime256v1', 'secp384r1']

type Csr = InstanceType<typeof x509.Pkcs10CertificateRequest>

/** The key of a CSR, PEM or DER; its name, SANs and dates are ignored. Throws the refusal `csr-malformed`. */
export async function publicKeyOfCsr(bytes: Uint8Array): Promise<PublicKey> {
  if (bytes.length > maxCsrBytes) throw malformed(`a CSR may have up to ${maxCsrBytes} bytes`)
  const csr = parse(derOf(Buffer.from(bytes)))
  const spki = spkiOf(csr)
  await assertAllowedKey(spki)
  await assertSignedByItsKey(csr)
  return spki.toString('base64')
}

const malformed = (detail: string) => new Refusal('csr-malformed', detail)

function derOf(bytes: Buffer): Buffer {
  if (bytes.length === 0) throw malformed('there is no CSR')
  const der = bytes[0] === 0x30 && !bytes.includes('-----BEGIN ') ? bytes : derOfPem(bytes.toString('latin1'))
  if (der.length !== lengthOfSequence(der)) throw malformed('the CSR is cut off, or bytes follow it')
  return der
}

/** One block, with its newlines as they are, doubled, lost, or as the two characters `\n`, once or more. */
function derOfPem(sent: string): Buffer {
  const pem = withNewlines(sent)
  const blocks = pem.match(/-----BEGIN /g) ?? []
  if (blocks.length !== 1)
    throw malformed(`expected one PEM block or DER, but found ${blocks.length} PEM blocks`)
  const [, label = '', base64 = ''] = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/.exec(pem) ?? []
  if (!/^(NEW )?CERTIFICATE REQUEST$/.test(label))
    throw malformed('expected a whole block CERTIFICATE REQUEST')
  const digits = base64.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) throw malformed('the CSR is not base64')
  return Buffer.from(digits, 'base64')
}

/** Any number of backslashes before `n` or `r` is one newline; before any other character they stay. One pass. */
const withNewlines = (text: string): string =>
  text.replace(/\\+([rn]?)/g, (escaped, letter) => (letter === '' ? escaped : '\n'))

/** The declared length of a DER sequence with its header; NaN for bytes that are no DER sequence. */
function lengthOfSequence(der: Buffer): number {
  const [tag, first = 0] = der
  if (tag !== 0x30) return Number.NaN
  if (first < 0x80) return 2 + first
  const digits = first & 0x7f
  if (digits < 1 || digits > 3 || der.length < 2 + digits) return Number.NaN
  return 2 + digits + der.readUIntBE(2, digits)
}

function parse(der: Buffer): Csr {
  try {
    return new x509.Pkcs10CertificateRequest(Uint8Array.from(der))
  } catch {
    throw malformed('this is not a CSR (PKCS#10)')
  }
}

/** The library reads the key only now, and throws errors of its own for what it cannot read. */
function spkiOf(csr: Csr): Buffer {
  try {
    return Buffer.from(csr.publicKey.rawData)
  } catch {
    throw malformed('the public key of the CSR cannot be read')
  }
}

async function assertAllowedKey(spki: Buffer): Promise<void> {
  const key = keyOf(spki)
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec') {
    if (hasExplicitParameters(spki))
      throw malformed('the EC key must name its curve (RFC 5480 2.1.1), but spells out the parameters')
    if (curves.includes(namedCurve)) return
  }
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048 && modulusLength <= 4096)
    return assertStrongRsaKey(key)
  const found = `${key.asymmetricKeyType} ${namedCurve || modulusLength || ''}`.trim()
  throw malformed(`the key must be EC P-256, EC P-384 or RSA with 2048 to 4096 bits, but is ${found}`)
}

async function assertStrongRsaKey(key: KeyObject): Promise<void> {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  const weakness = await weaknessOfRsaKey(bigIntOf(n), bigIntOf(e))
  if (weakness !== null) throw malformed(`its RSA key ${weakness}`)
}

const bigIntOf = (base64url: string): bigint =>
  BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`)

/** RFC 5480, 2.1.1: behind the OID id-ecPublicKey stands the OID of a curve, not a SEQUENCE. */
function hasExplicitParameters(spki: Buffer): boolean {
  const at = spki.indexOf(ecPublicKeyOid)
  return at >= 0 && spki[at + ecPublicKeyOid.length] === 0x30
}

const ecPublicKeyOid = Buffer.from('06072a8648ce3d0201', 'hex')

function keyOf(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch {
    throw malformed('the public key of the CSR cannot be read')
  }
}

async function assertSignedByItsKey(csr: Csr): Promise<void> {
  const hash = hashOf(csr)
  if (!hashes.includes(hash))
    throw malformed(`the CSR must be signed with SHA-256, -384 or -512, not ${hash}`)
  const isGood = await csr.verify().catch(() => false)
  if (!isGood) throw malformed("the CSR's signature is not by its own key")
}

function hashOf(csr: Csr): string {
  try {
    return csr.signatureAlgorithm.hash?.name ?? 'an unknown hash'
  } catch {
    return 'an unknown hash'
  }
}
