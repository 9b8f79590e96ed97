import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'

const cipher = 'aes-256-gcm'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** 2 GiB, for a cost that a later version may have chosen. */
const maxMemoryBytes = 2_147_483_647

/**
 * The key that a passphrase stands for, with a salt of 16 bytes; `cost` is scrypt's N (RFC 7914), a kilobyte of
 * memory each.
 */
export function deriveKey(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: cost, r: 8, p: 1, maxmem: maxMemoryBytes }
  return new Promise((resolve, reject) =>
    scrypt(passphrase.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}

/** Nonce, ciphertext and tag of AES-256-GCM. What is sealed under one name does not open under another. */
export function seal(key: Buffer, name: string, text: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(name))
  return Buffer.concat([nonce, sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()])
}

/** Null for what was not sealed under that name with that key. */
export function unseal(key: Buffer, name: string, sealed: Buffer): string | null {
  if (sealed.length < nonceBytes + tagBytes) return null
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes)).setAAD(Buffer.from(name))
  opening.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([opening.update(sealed.subarray(nonceBytes, -tagBytes)), opening.final()]).toString()
  } catch {
    return null
  }
}
