/**
 * Opens an object of HomeKit Secure Video in this browser. Throws an error with a sentence when the key does not fit.
 */
export type Unseal = (object: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => Promise<ArrayBuffer>

const ivBytes = 16
const tagBits = 128
const keyPattern = /^[0-9a-f]{64}$/i

/**
 * A camera key of 32 bytes as 64 hexadecimal digits in lower case; the text may have spaces. Null for any other text.
 */
export function parseCameraKey(text: string): string | null {
  const digits = text.replace(/[\s:-]/g, '')
  return keyPattern.test(digits) ? digits.toLowerCase() : null
}

/**
 * Derives the content key, the HKDF-SHA256 of the camera key without salt, and returns a function that opens objects
 * with it. Neither key leaves this page, and no script can read the content key.
 */
export async function unsealWith(cameraKey: string): Promise<Unseal> {
  const bytes = new Uint8Array(cameraKey.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [])
  const secret = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode('HomeKit 1.0 CMAF Content')
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
  const cipher = { name: 'AES-GCM', length: 256 }
  const key = await crypto.subtle.deriveKey(derivation, secret, cipher, false, ['decrypt'])
  return async function unseal(object) {
    const sealed = ArrayBuffer.isView(object)
      ? new Uint8Array(object.buffer, object.byteOffset, object.byteLength)
      : new Uint8Array(object)
    const iv = sealed.subarray(0, ivBytes)
    try {
      return await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv, tagLength: tagBits },
        key,
        sealed.subarray(ivBytes),
      )
    } catch {
      throw new Error('The key does not open this media: it is another key, or the object was changed')
    }
  }
}

/** A playlist without its keys, for a player whose media are opened before it receives them. */
export const withoutKeys = (playlist: string): string =>
  playlist.replace(/^#EXT-X-(SESSION-)?KEY:METHOD=AES-256-GCM,.*\r?\n/gm, '')
