import { createDecipheriv, hkdfSync } from 'node:crypto'

const ivBytes = 16
const tagBytes = 16
/** What sealing adds to an object: an IV in front of it and a tag behind. */
export const sealedOverhead = ivBytes + tagBytes

/** The key of all objects of a camera key, 32 bytes: HKDF-SHA256 without salt. Throws a RangeError for another length. */
export function contentKeyOf(cameraKey: Uint8Array): Buffer {
  if (cameraKey.length !== 32)
    throw new RangeError(`expected a camera key of 32 bytes, received ${cameraKey.length}`)
  return Buffer.from(hkdfSync('sha256', cameraKey, '', 'HomeKit 1.0 CMAF Content', 32))
}

/** The id of a key in playlists: 16 hex digits, the key's number and `4000`. */
export const keyIdOf = (keyNumber: bigint): string =>
  BigInt.asUintN(64, (keyNumber << 16n) | (1n << 14n))
    .toString(16)
    .padStart(16, '0')

/** How key ids end. */
export const keyIdPattern = /^[0-9a-f]{12}4000$/

/** The IV of a sealed object in hex; of one key, none may come twice. */
export const ivOf = (object: Buffer): string => object.toString('hex', 0, ivBytes)

/** What is in a sealed object (AES-256-GCM, no additional data); null where the key does not fit or a byte was changed. */
export function openSealedObject(contentKey: Uint8Array, object: Buffer): Buffer | null {
  if (object.length < sealedOverhead) return null
  const decipher = createDecipheriv('aes-256-gcm', contentKey, object.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAuthTag(object.subarray(object.length - tagBytes))
  const opened = decipher.update(object.subarray(ivBytes, object.length - tagBytes))
  try {
    return Buffer.concat([opened, decipher.final()])
  } catch {
    return null
  }
}
