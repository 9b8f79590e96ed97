import { access, type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { uploadPath } from '@pushav/shared/paths.ts'
import type { ByteSource } from '../domain/boxes.ts'
import { readInit, readInputKind, readWhole } from '../domain/read-input.ts'
import { UploadGone, type Uploads } from '../use-cases/ports.ts'
import { createSandboxDir } from './sandbox-dir.ts'

/** Uploads below the working directory. */
export function diskUploads(workingDirectory: string): Uploads {
  return {
    inputKind: (stream, upload) => withSource(stream, upload, readInputKind),
    init: (stream, upload) => withSource(stream, upload, readInit),
    async sandboxDir(stream, upload, init) {
      const path = uploadPath(workingDirectory, stream, upload)
      await access(path).catch(orGone(stream, upload))
      return createSandboxDir(path, init)
    },
    bytes: (stream, upload, maxBytes) => withSource(stream, upload, (source) => readWhole(source, maxBytes)),
  }

  async function withSource<Result>(
    stream: string,
    upload: string,
    use: (source: ByteSource) => Promise<Result>,
  ): Promise<Result> {
    await using file = await openUpload(stream, upload)
    return await use(await byteSourceOf(file))
  }

  async function openUpload(stream: string, upload: string): Promise<FileHandle> {
    return open(uploadPath(workingDirectory, stream, upload)).catch(orGone(stream, upload))
  }
}

function orGone(stream: string, upload: string): (error: unknown) => never {
  return function fail(error) {
    throw errorCode(error) === 'ENOENT' ? new UploadGone(stream, upload) : error
  }
}

async function byteSourceOf(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat()
  return {
    size,
    async read(start, length) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
      return buffer.subarray(0, bytesRead)
    },
  }
}
