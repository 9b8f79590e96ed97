import { open } from 'node:fs/promises'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { OpenUpload, UploadStore } from '../ports.ts'

/** Opens the files of uploads' bytes. */
export function diskOpenUpload(store: Pick<UploadStore, 'fileOf'>): OpenUpload {
  return async function openUpload(stream, upload) {
    const file = await open(await store.fileOf(stream, upload)).catch((error) => {
      throw errorCode(error) === 'ENOENT' ? unknownUpload(stream, upload) : error
    })
    const { size } = await file.stat()
    return {
      bytes: size,
      async read(at, length) {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
        let filled = 0
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, at + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return buffer.subarray(0, filled)
      },
      [Symbol.asyncDispose]: () => file.close(),
    }
  }
}

/** Ids are names of files, so they have no slash and no leading dot. */
const idPattern = /^\w[\w.-]{0,99}$/

/** Throws the refusal `object-unknown` for ids that no upload has: a client may name any. */
export function assertUploadIds(stream: string, upload: string): void {
  if (!idPattern.test(stream) || !idPattern.test(upload)) throw unknownUpload(stream, upload)
}

const unknownUpload = (stream: string, upload: string): Refusal =>
  new Refusal('object-unknown', `stream ${stream} has no upload ${upload}`)
