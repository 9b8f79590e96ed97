import { open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Bytes } from '../domain/boxes.ts'
import { initIn, shapeIn } from '../domain/front.ts'
import type { FurnishRoom, Uploads } from '../use-cases/ports.ts'
import type { Patiently } from './patience.ts'
import { readAhead } from './read-ahead.ts'
import type { ReadExtent } from './server.ts'

/** Uploads that the server hands out. ffprobe gets a copy, for it seeks and may not connect anywhere. */
export function httpUploads(read: ReadExtent, patiently: Patiently, furnishRoom: FurnishRoom): Uploads {
  return {
    shape: async (stream, upload) => shapeIn(await bytesOf(stream, upload)),
    init: async (stream, upload) => initIn(await bytesOf(stream, upload)),
    room: (stream, upload, init) => furnishRoom(init, (path) => download(stream, upload, path)),
  }

  function bytesOf(stream: string, upload: string): Promise<Bytes> {
    return readAhead((from, to) =>
      patiently(async () => {
        using extent = await read(stream, upload, from, to)
        return { size: extent.size, bytes: Buffer.concat(await Array.fromAsync(extent.bytes)) }
      }),
    )
  }

  /** Where it breaks off it goes on: an upload never changes. */
  async function download(stream: string, upload: string, path: string): Promise<void> {
    await using file = await open(path, 'wx')
    let at = 0
    await patiently(async () => {
      using extent = await read(stream, upload, at)
      await assertRoom(extent.size - at, dirname(path))
      for await (const some of extent.bytes) {
        await file.writeFile(some)
        at += some.length
      }
    })
  }
}

async function assertRoom(bytes: number, directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bytes > bavail * bsize)
    throw new Error(`the temporary folder has no room for an upload of ${bytes} bytes`)
}
