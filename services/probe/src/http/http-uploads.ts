import { open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ByteSource } from '../domain/boxes.ts'
import { readInit, readInputKind, readWhole } from '../domain/read-input.ts'
import type { DownloadInto, Uploads } from '../use-cases/ports.ts'
import { readAhead } from './read-ahead.ts'
import type { Retry } from './retry.ts'
import type { ReadRange } from './upload-client.ts'

/** Uploads of a server. ffprobe reads a downloaded copy, because it seeks and may not connect anywhere. */
export function httpUploads(readRange: ReadRange, retry: Retry, downloadInto: DownloadInto): Uploads {
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
        return { size: range.size, bytes: Buffer.concat(await Array.fromAsync(range.bytes)) }
      }),
    )
  }

  /** A retry continues after the bytes that have arrived: an upload never changes. */
  async function download(stream: string, upload: string, path: string): Promise<void> {
    await using file = await open(path, 'wx')
    let received = 0
    await retry(async () => {
      using range = await readRange(stream, upload, received)
      await assertDiskSpace(range.size - received, dirname(path))
      for await (const bytes of range.bytes) {
        await file.writeFile(bytes)
        received += bytes.length
      }
    })
  }
}

async function assertDiskSpace(bytes: number, directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bytes > bavail * bsize)
    throw new Error(`the temporary folder has no space for an upload of ${bytes} bytes`)
}
