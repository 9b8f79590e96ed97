import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdminFile } from '../ports.ts'
import { privateMode, readIfExists, stageFile } from './staged-file.ts'

/** `certs/admin/admin.pem`. */
export function diskAdminFile(workingDirectory: string): AdminFile {
  const folder = join(workingDirectory, 'certs', 'admin')
  const path = join(folder, 'admin.pem')
  return {
    path,
    read: () => readIfExists(path),
    async replace(pem, ifAbsent) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const staged = await stageFile(path, pem, privateMode)
      await (ifAbsent ? staged.createIfAbsent() : staged.replace())
    },
  }
}
