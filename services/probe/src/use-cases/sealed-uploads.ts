import { createDecipheriv } from 'node:crypto'
import type { KeyRecipient, WrappedKey } from '@pushav/shared/lib/wrapped-key.ts'
import { byteSourceOf, readInit, readInputKind } from '../domain/read-input.ts'
import type { SandboxOf, Uploads } from './ports.ts'

/** Returns uploads whose media a key opens; null when this worker cannot unwrap the key. */
export type OpenUploads = (contentKey: WrappedKey) => Uploads | null

/** The key does not open an upload. */
export class UploadSealed extends Error {
  override name = 'UploadSealed' as const
}

const ivBytes = 16
const tagBytes = 16
const maxSealedBytes = 67_108_864

/**
 * Opens sealed media of HomeKit Secure Video in memory: IV, ciphertext and tag of AES-256-GCM. Plaintext reaches a disk
 * only in the sandbox directory of the ffprobe that reads it. The uploads throw `UploadSealed` when the key does not
 * fit.
 */
export function openUploadsWith(
  uploads: Pick<Uploads, 'bytes'>,
  recipient: Pick<KeyRecipient, 'unwrap'>,
  sandboxOf: SandboxOf,
): OpenUploads {
  return function openUploads(contentKey) {
    const key = recipient.unwrap(contentKey)
    return key && uploadsWith(key)
  }

  function uploadsWith(key: Buffer): Uploads {
    const bytes = async (stream: string, upload: string) =>
      openObject(key, await uploads.bytes(stream, upload, maxSealedBytes))
    const sourceOf = async (stream: string, upload: string) => byteSourceOf(await bytes(stream, upload))
    return {
      bytes,
      inputKind: async (stream, upload) => readInputKind(await sourceOf(stream, upload)),
      init: async (stream, upload) => readInit(await sourceOf(stream, upload)),
      sandboxDir: async (stream, upload, init) => sandboxOf(await bytes(stream, upload), init),
    }
  }
}

function openObject(key: Buffer, object: Buffer): Buffer {
  if (object.length < ivBytes + tagBytes) throw new UploadSealed('the object is too short to be sealed media')
  const decipher = createDecipheriv('aes-256-gcm', key, object.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAuthTag(object.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(object.subarray(ivBytes, -tagBytes)), decipher.final()])
  } catch {
    throw new UploadSealed('the key does not open the object')
  }
}
