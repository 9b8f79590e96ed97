import { mkdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { isStreamId } from '@pushav/shared/paths.ts'
import { directoryOf } from '../object-path.ts'
import type { ObjectLinks } from '../ports.ts'
import { createIoWorker, type IoWorker } from './io-worker/io-worker.ts'
import type { Link } from './io-worker/transaction.ts'
import { removeFolder } from './remove-folder.ts'

export interface DiskObjectLinks extends ObjectLinks {
  /** The step that makes a link; where it fails, `isClash` tells a clash of paths from other failures. */
  linkOf(stream: string, path: string, upload: string): Link
}

/**
 * `streams/<id>/<path>` as symbolic links into `uploads/`. A link names the version it stands for, is
 * replaced atomically, and what it points at never changes, so that a reader sees one version or the other.
 */
export async function diskObjectLinks(
  workingDirectory: string,
  instance: string,
  disk: IoWorker = createIoWorker(),
): Promise<DiskObjectLinks> {
  const staging = join(workingDirectory, 'staging', instance)
  await mkdir(staging, { recursive: true })
  const pathOf = (stream: string, path: string) => `${workingDirectory}/streams/${stream}/${path}`

  return {
    linkOf,
    async link(stream, path, upload) {
      try {
        await disk.run({ link: linkOf(stream, path, upload) })
        return true
      } catch (error) {
        if (isClash(error)) return false
        throw error
      }
    },
    remove,
    removeStream: (stream) => removeFolder(join(workingDirectory, 'streams', stream)),
    async find(stream, path) {
      // A client may name any stream, such as one that climbs out of this folder.
      if (!isStreamId(stream)) return null
      try {
        return basename(await readlink(pathOf(stream, path)))
      } catch (error) {
        if (isAbsence(error)) return null
        throw error
      }
    },
  }

  function linkOf(stream: string, path: string, upload: string): Link {
    const target = `${'../'.repeat(path.split('/').length + 1)}uploads/${stream}/${upload}`
    return { path: pathOf(stream, path), target, temporaryPath: `${staging}/${upload}.link` }
  }

  /** DASH-IF Ingest 1.2, 7.1.1-1b: the folder of the last object goes with it, one level, never the stream's own. */
  async function remove(stream: string, path: string): Promise<void> {
    try {
      await disk.run({ unlink: { path: pathOf(stream, path), removesFolder: directoryOf(path) !== '' } })
    } catch (error) {
      if (!isClash(error) && !isAbsence(error)) throw error
    }
  }
}

const isAbsence = (error: unknown) => ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(errorCode(error))

/** Whether a link failed because a file is where a folder is needed, or a folder is in its place. */
export const isClash = (error: unknown): boolean =>
  ['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY', 'ERR_FS_EISDIR'].includes(errorCode(error))
