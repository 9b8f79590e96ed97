import { mkdir, readlink, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { directoryOf } from '../object-path.ts'
import type { ObjectLinks } from '../ports.ts'
import { createIoWorker, type IoWorker } from './io-worker/io-worker.ts'

/**
 * `streams/<id>/<path>` as symbolic links into `uploads/`. A link names the version it stands for, is
 * replaced atomically, and what it points at never changes, so that a reader sees one version or the other.
 */
export async function diskObjectLinks(
  workingDirectory: string,
  instance: string,
  disk: IoWorker = createIoWorker(),
): Promise<ObjectLinks> {
  const staging = join(workingDirectory, 'staging', instance)
  await mkdir(staging, { recursive: true })
  const linkOf = (stream: string, path: string) => `${workingDirectory}/streams/${stream}/${path}`

  return {
    link,
    remove,
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

  async function link(stream: string, path: string, upload: string): Promise<boolean> {
    const link = linkOf(stream, path)
    const target = `${'../'.repeat(path.split('/').length + 1)}uploads/${stream}/${upload}`
    try {
      await disk.run({
        chain: upload,
        kind: 'link',
        path: link,
        target,
        fresh: `${staging}/${upload}.link`,
      })
      return true
    } catch (error) {
      if (isClash(error)) return false
      throw error
    }
  }

  /** DASH-IF Ingest 1.2, 7.1.1-1b: the folder of the last object goes with it, one level, never the stream's own. */
  async function remove(stream: string, path: string): Promise<void> {
    const [link, folder] = [linkOf(stream, path), directoryOf(path) !== '']
    try {
      await disk.run({ chain: link, kind: 'unlink', path: link, folder })
    } catch (error) {
      if (!isClash(error) && !isAbsence(error)) throw error
    }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
const isAbsence = (error: unknown) => ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(codeOf(error))
const isClash = (error: unknown) =>
  ['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY', 'ERR_FS_EISDIR'].includes(codeOf(error))
