import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** The key of one camera for HomeKit Secure Video. */
export interface CameraKey {
  /** 16 hexadecimal digits, in playlists. */
  readonly id: string
  /** IV, ciphertext, tag: AES-256-GCM with a new IV each time. */
  readonly seal: (plain: Buffer, iv?: Buffer) => Buffer
}

export function cameraKey(secret: Buffer, number: bigint): CameraKey {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'HomeKit 1.0 CMAF Content', 32))
  const id = ((number << 16n) | (1n << 14n)).toString(16).padStart(16, '0')
  return { id, seal }

  function seal(plain: Buffer, iv: Buffer = randomBytes(16)): Buffer {
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
}
