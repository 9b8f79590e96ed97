import { type FileHandle, open } from 'node:fs/promises'
import { uploadPath } from '@pushav/shared/paths.ts'
import type { Bytes } from '../domain/boxes.ts'
import { initIn, shapeIn } from '../domain/front.ts'
import { UploadGone, type Uploads } from '../use-cases/ports.ts'
import { createRoom } from './room.ts'

/** Uploads below the working directory. */
export function diskUploads(workingDirectory: string): Uploads {
  return {
    shape: (stream, upload) => read(stream, upload, shapeIn),
    init: (stream, upload) => read(stream, upload, initIn),
    room: async (stream, upload, init) => createRoom(uploadPath(workingDirectory, stream, upload), init),
  }

  async function read<Of>(stream: string, upload: string, what: (bytes: Bytes) => Promise<Of>): Promise<Of> {
    await using file = await opened(stream, upload)
    return await what(await bytesOf(file))
  }

  async function opened(stream: string, upload: string): Promise<FileHandle> {
    try {
      return await open(uploadPath(workingDirectory, stream, upload))
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new UploadGone(stream, upload)
    }
  }
}

async function bytesOf(file: FileHandle): Promise<Bytes> {
  const { size } = await file.stat()
  return {
    size,
    async at(start, length) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
      return buffer.subarray(0, bytesRead)
    },
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
