import { mkdir, readlink, rename, rm, rmdir, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { uploadFile } from '@pushav/shared/layout.ts'
import { directoryOf } from '../domain/object-path.ts'
import type { OneAtATime, View } from '../use-cases/ports.ts'

/**
 * `streams/<id>/<path>` as symbolic links into `uploads/`. A link names the version it stands for, is
 * replaced atomically, and what it points at never changes, so that a reader sees one version or the other.
 */
export async function diskView(
  workingDirectory: string,
  instance: string,
  inOrder: OneAtATime,
): Promise<View> {
  const staging = join(workingDirectory, 'staging', instance)
  await mkdir(staging, { recursive: true })
  const linkOf = (stream: string, path: string) => join(workingDirectory, 'streams', stream, path)

  return {
    point: (stream, path, upload) => inOrder(`${stream}/${path}`, () => point(stream, path, upload)),
    remove: (stream, path) => inOrder(`${stream}/${path}`, () => remove(stream, path)),
    removeStream: (stream) => rm(join(workingDirectory, 'streams', stream), { recursive: true, force: true }),
    async find(stream, path) {
      try {
        return basename(await readlink(linkOf(stream, path)))
      } catch (error) {
        if (isAbsence(error)) return null
        throw error
      }
    },
  }

  async function point(stream: string, path: string, upload: string): Promise<boolean> {
    const link = linkOf(stream, path)
    const fresh = join(staging, `${upload}.link`)
    try {
      await symlink(relative(dirname(link), uploadFile(workingDirectory, stream, upload)), fresh)
      while (!(await isMoved(fresh, link))) await mkdir(dirname(link), { recursive: true })
      return true
    } catch (error) {
      await rm(fresh, { force: true })
      if (isClash(error)) return false
      throw error
    }
  }

  /** DASH-IF Ingest 1.2, 7.1.1-1b: the folder of the last object goes with it, one level, never the stream's own. */
  async function remove(stream: string, path: string): Promise<void> {
    try {
      await rm(linkOf(stream, path), { force: true })
      if (directoryOf(path) !== '') await rmdir(dirname(linkOf(stream, path)))
    } catch (error) {
      if (!isClash(error) && !isAbsence(error)) throw error
    }
  }
}

/** False when its folder is not there, or no longer: deleting the last object in it removes it. */
async function isMoved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
const isAbsence = (error: unknown) => ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(codeOf(error))
const isClash = (error: unknown) =>
  ['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY', 'ERR_FS_EISDIR'].includes(codeOf(error))
