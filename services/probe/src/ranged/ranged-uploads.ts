import { createHash } from 'node:crypto'
import { open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ByteSource } from '../domain/boxes.ts'
import { readInit, readInputKind, readWhole } from '../domain/read-input.ts'
import { type DownloadInto, type ReadRange, UploadChanged, type Uploads } from '../use-cases/ports.ts'
import { readAhead } from './read-ahead.ts'
import type { Retry } from './retry.ts'

/**
 * Reads uploads over the network. ffprobe gets a downloaded copy, because it seeks in its input and may not use the
 * network.
 */
export function rangedUploads(readRange: ReadRange, retry: Retry, downloadInto: DownloadInto): Uploads {
  return {
    inputKind: async (stream, upload) => readInputKind(await byteSourceOf(stream, upload)),
    init: async (stream, upload) => readInit(await byteSourceOf(stream, upload)),
    bytes: async (stream, upload, maxBytes) => readWhole(await byteSourceOf(stream, upload), maxBytes),
    sandboxDir: (stream, upload, init) => downloadInto(init, (path) => download(stream, upload, path)),
  }

  function byteSourceOf(stream: string, upload: string): Promise<ByteSource> {
    return readAhead((from, to) =>
      retry(async () => {
        using range = await readRange(stream, upload, from, to)
        const bytes = Buffer.concat(await Array.fromAsync(range.bytes))
        const isWhole = from === 0 && bytes.length === range.size
        if (
          isWhole &&
          range.sha256 !== null &&
          createHash('sha256').update(bytes).digest('hex') !== range.sha256
        )
          throw new UploadChanged(stream, upload)
        return { size: range.size, bytes }
      }),
    )
  }

  /** Downloads an upload to `path`. A retry continues after the bytes that have arrived, as uploads never change. */
  async function download(stream: string, upload: string, path: string): Promise<void> {
    await using file = await open(path, 'wx')
    let received = 0
    const hash = createHash('sha256')
    const sha256 = await retry(async () => {
      using range = await readRange(stream, upload, received)
      await assertDiskSpace(range.size - received, dirname(path))
      for await (const bytes of range.bytes) {
        await file.writeFile(bytes)
        received += bytes.length
        if (range.sha256 !== null) hash.update(bytes)
      }
      return range.sha256
    })
    if (sha256 !== null && hash.digest('hex') !== sha256) throw new UploadChanged(stream, upload)
  }
}

async function assertDiskSpace(bytes: number, directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bytes > bavail * bsize)
    throw new Error(`the temporary folder has no space for an upload of ${bytes} bytes`)
}
