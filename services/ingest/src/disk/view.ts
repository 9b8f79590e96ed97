import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { uploadFile } from '@pushav/shared/layout.ts'
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
      await rename(fresh, link).catch(async (error) => {
        if (codeOf(error) !== 'ENOENT') throw error
        await mkdir(dirname(link), { recursive: true })
        await rename(fresh, link)
      })
      return true
    } catch (error) {
      await rm(fresh, { force: true })
      if (isClash(error)) return false
      throw error
    }
  }

  async function remove(stream: string, path: string): Promise<void> {
    try {
      await rm(linkOf(stream, path), { force: true })
    } catch (error) {
      if (!isClash(error)) throw error
    }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
const isAbsence = (error: unknown) => ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(codeOf(error))
const isClash = (error: unknown) =>
  ['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY', 'ERR_FS_EISDIR'].includes(codeOf(error))
