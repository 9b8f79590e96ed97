import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { z } from 'zod'

/** A secret key that only its recipients, processes of this server, can read. */
export const wrappedKey = z.object({
  /** A public key made for this one wrapping, X25519 in DER (SubjectPublicKeyInfo), base64. */
  ephemeral: z.string().max(200),
  /** The encrypted key by the public key of each recipient: nonce, ciphertext and tag of AES-256-GCM, base64. */
  keys: z.record(z.string().max(200), z.string().max(500)),
})
export type WrappedKey = Readonly<z.infer<typeof wrappedKey>>

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Wraps a key for recipients, given by their public keys (X25519, HKDF-SHA256, AES-256-GCM). Throws when one is not a
 * public key.
 */
export function wrapKey(key: Uint8Array, recipients: readonly string[]): WrappedKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const ephemeral = textOf(publicKey)
  const wrapped = recipients.map((recipient) => {
    const nonce = randomBytes(nonceBytes)
    const sealing = createCipheriv(cipher, sharedKey(privateKey, recipient, ephemeral, recipient), nonce)
    const parts = [nonce, sealing.update(key), sealing.final(), sealing.getAuthTag()]
    return [recipient, Buffer.concat(parts).toString('base64')]
  })
  return { ephemeral, keys: Object.fromEntries(wrapped) }
}

/** A recipient of keys. Its private key is only in the memory of this process, and is lost when the process ends. */
export interface KeyRecipient {
  /** X25519 in DER (SubjectPublicKeyInfo), base64. */
  readonly publicKey: string
  /** Decrypts a key; null when it was not wrapped for this recipient. */
  unwrap(wrapped: WrappedKey): Buffer | null
}

export function createKeyRecipient(): KeyRecipient {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const recipient = textOf(publicKey)
  return {
    publicKey: recipient,
    unwrap({ ephemeral, keys }) {
      const wrapped = Buffer.from(keys[recipient] ?? '', 'base64')
      if (wrapped.length <= nonceBytes + tagBytes) return null
      try {
        const key = sharedKey(privateKey, ephemeral, ephemeral, recipient)
        const opening = createDecipheriv(cipher, key, wrapped.subarray(0, nonceBytes))
        opening.setAuthTag(wrapped.subarray(-tagBytes))
        return Buffer.concat([opening.update(wrapped.subarray(nonceBytes, -tagBytes)), opening.final()])
      } catch {
        return null
      }
    },
  }
}

const textOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64')

function sharedKey(privateKey: KeyObject, other: string, ephemeral: string, recipient: string): Buffer {
  const publicKey = createPublicKey({ key: Buffer.from(other, 'base64'), type: 'spki', format: 'der' })
  const secret = diffieHellman({ privateKey, publicKey })
  return Buffer.from(
    hkdfSync('sha256', secret, `${ephemeral} ${recipient}`, 'push-av-server wrapped key', 32),
  )
}
