import { createHash, createHmac, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

const iterations = 10_000
const oids = {
  data: '2a864886f70d010701',
  shroudedKeyBag: '2a864886f70d010c0a0102',
  certificateBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  friendlyName: '2a864886f70d010914',
  localKeyId: '2a864886f70d010915',
  sha256: '608648016503040201',
} as const

/**
 * A private key, its certificate and its root as PKCS#12 (RFC 7292), which browsers and phones import. `certificates`
 * is PEM, the leaf first. The key is encrypted by AES-256 (PBES2), the whole is authenticated by HMAC with SHA-256.
 * Rejects when a PEM text cannot be read.
 */
export async function pkcs12Of(
  name: string,
  key: string,
  certificates: string,
  password: string,
): Promise<Buffer> {
  const shrouded = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: password,
  })
  const [leaf, ...others] = certificatesIn(certificates)
  if (!leaf) throw new Error('there is no certificate')
  const id = createHash('sha1').update(leaf).digest()
  const named = set(attribute(oids.friendlyName, bmpString(name)), attribute(oids.localKeyId, octets(id)))
  const keyBag = sequence(oid(oids.shroudedKeyBag), tagged(0, shrouded), named)
  const bags = [leaf, ...others].map((certificate, i) => certificateBag(certificate, i === 0 ? named : null))
  const safe = sequence(dataOf(sequence(...bags)), dataOf(sequence(keyBag)))
  return sequence(integer(3), dataOf(safe), await macOf(safe, password))
}

const certificatesIn = (pem: string): readonly Buffer[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs)].map(
    ([text]) => new X509Certificate(text).raw,
  )

function certificateBag(certificate: Buffer, attributes: Buffer | null): Buffer {
  const content = tagged(0, sequence(oid(oids.x509Certificate), tagged(0, octets(certificate))))
  return sequence(oid(oids.certificateBag), content, ...(attributes ? [attributes] : []))
}

/** A ContentInfo of type data. */
const dataOf = (content: Buffer): Buffer => sequence(oid(oids.data), tagged(0, octets(content)))

const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), set(value))

async function macOf(safe: Buffer, password: string): Promise<Buffer> {
  const salt = randomBytes(16)
  const digest = createHmac('sha256', await macKeyOf(password, salt))
    .update(safe)
    .digest()
  const algorithm = sequence(oid(oids.sha256), tlv(0x05))
  return sequence(sequence(algorithm, octets(digest)), octets(salt), integer(iterations))
}

const blockBytes = 64
const macPurpose = 3
/** Iterations in one turn of the event loop, for which uploads have to wait. */
const iterationsPerTurn = 500

/** RFC 7292, B.2, for a key as long as the digest: one round of blocks is enough. */
async function macKeyOf(password: string, salt: Buffer): Promise<Buffer> {
  const words = Buffer.concat([utf16(password), Buffer.alloc(2)])
  let key = Buffer.concat([Buffer.alloc(blockBytes, macPurpose), filled(salt), filled(words)])
  for (let i = 0; i < iterations; i++) {
    if (i % iterationsPerTurn === 0) await nextTurn()
    key = createHash('sha256').update(key).digest()
  }
  return key
}

/** Repeated until it fills whole blocks. */
const filled = (bytes: Buffer): Buffer =>
  Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes, bytes)

/** Big-endian, as BMPString has it. */
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts)
const set = (...parts: readonly Buffer[]): Buffer => tlv(0x31, ...parts)
const tagged = (number: number, content: Buffer): Buffer => tlv(0xa0 + number, content)
const octets = (content: Buffer): Buffer => tlv(0x04, content)
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
const bmpString = (text: string): Buffer => tlv(0x1e, utf16(text))

/** Up to 16 bits, not negative. */
function integer(value: number): Buffer {
  const bytes = value < 0x80 ? [value] : [0, value >> 8, value & 0xff]
  return tlv(
    0x02,
    Buffer.from(bytes.length === 3 && bytes[1] !== undefined && bytes[1] < 0x80 ? bytes.slice(1) : bytes),
  )
}

/** Tag, length and value of DER. */
function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const long =
    length < 0x1_0000
      ? [0x82, length >> 8, length & 0xff]
      : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : long
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}
