import { type FileHandle, open } from 'node:fs/promises'
import { uploadFile } from '@pushav/shared/layout.ts'
import { isTransportStream, settlesShape, shapeHeadBytes, shapeOf } from '../domain/shape.ts'
import { UploadGone, type Uploads } from '../use-cases/ports.ts'
import { boxesUntil, bytesAt } from './boxes.ts'
import { createRoom } from './room.ts'

const maxInitBytes = 16 * 2 ** 20

/** Uploads below the working directory. However large one is, only its box headers and init segment are read here. */
export function diskUploads(workingDirectory: string): Uploads {
  return {
    async shape(stream, upload) {
      await using file = await opened(stream, upload)
      if (isTransportStream(await bytesAt(file, 0, shapeHeadBytes))) return 'transport-stream'
      const boxes = await boxesUntil(file, settlesShape)
      return shapeOf(boxes.map((box) => box.type))
    },
    async init(stream, upload) {
      await using file = await opened(stream, upload)
      const boxes = await boxesUntil(file, (type) => type === 'moov')
      const last = boxes.at(-1)
      if (last?.type !== 'moov' || last.end > maxInitBytes) return null
      return bytesAt(file, 0, last.end)
    },
    room: (stream, upload, init) => createRoom(uploadFile(workingDirectory, stream, upload), init),
  }

  async function opened(stream: string, upload: string): Promise<FileHandle> {
    try {
      return await open(uploadFile(workingDirectory, stream, upload))
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new UploadGone(`upload ${upload} of stream ${stream} is gone`)
    }
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
