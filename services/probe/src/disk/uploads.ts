import { type FileHandle, open } from 'node:fs/promises'
import { uploadFile } from '@pushav/shared/layout.ts'
import { isTransportStream, settlesShape, shapeHeadBytes, shapeOf } from '../domain/shape.ts'
import { UploadGone, type Uploads } from '../use-cases/ports.ts'
import { boxesUntil, bytesAt } from './boxes.ts'
import { recentlyUsed } from './recently-used.ts'
import { createRoom } from './room.ts'

const maxInitBytes = 16 * 2 ** 20
const maxKnownInits = 256
const maxKnownInitBytes = 2 ** 16

/** Uploads below the working directory. However large one is, only its box headers and init segment are read here. */
export function diskUploads(workingDirectory: string): Uploads {
  // An upload never changes, and all segments of a track ask for the same one.
  const inits = recentlyUsed<Buffer>(maxKnownInits)
  return {
    async shape(stream, upload) {
      await using file = await opened(stream, upload)
      if (isTransportStream(await bytesAt(file, 0, shapeHeadBytes))) return 'transport-stream'
      const boxes = await boxesUntil(file, settlesShape)
      return shapeOf(boxes.map((box) => box.type))
    },
    async init(stream, upload) {
      const known = inits.get(`${stream}/${upload}`)
      if (known) return known
      await using file = await opened(stream, upload)
      const boxes = await boxesUntil(file, (type) => type === 'moov')
      const last = boxes.at(-1)
      if (last?.type !== 'moov' || last.end > maxInitBytes) return null
      const init = await bytesAt(file, 0, last.end)
      if (init.length <= maxKnownInitBytes) inits.set(`${stream}/${upload}`, init)
      return init
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
