import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** The key of one camera for HomeKit Secure Video. */
export interface CameraKey {
  /** 16 hexadecimal digits, which playlists name. */
  readonly id: string
  /** Encrypts with AES-256-GCM and a new IV each time. Returns 16 bytes of IV, the ciphertext, 16 bytes of tag. */
  readonly seal: (plain: Buffer, iv?: Buffer) => Buffer
}

/** Derives the key from a secret of 32 bytes; `number` distinguishes the keys of a camera. */
export function cameraKey(secret: Buffer, number: bigint): CameraKey {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'HomeKit 1.0 CMAF Content', 32))
  const id = ((number << 16n) | (1n << 14n)).toString(16).padStart(16, '0')
  return { id, seal }

  function seal(plain: Buffer, iv: Buffer = randomBytes(16)): Buffer {
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
}
