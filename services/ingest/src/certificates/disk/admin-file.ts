import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFileMode, privateFolderMode } from '../../lib/disk/file-modes.ts'
import type { AdminFile } from '../ports.ts'
import { readIfExists, stageFile } from './staged-file.ts'

/** `certs/admin/admin.pem`. */
export function diskAdminFile(workingDirectory: string): AdminFile {
  const folder = join(workingDirectory, 'certs', 'admin')
  const path = join(folder, 'admin.pem')
  return {
    path,
    read: () => readIfExists(path),
    async replace(pem, ifAbsent) {
      await mkdir(folder, { recursive: true, mode: privateFolderMode })
      const staged = await stageFile(path, pem, privateFileMode)
      await (ifAbsent ? staged.createIfAbsent() : staged.replace())
    },
  }
}
