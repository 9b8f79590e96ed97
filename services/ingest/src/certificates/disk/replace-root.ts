import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFolderMode, publicFileMode } from '../../lib/disk/file-modes.ts'
import type { RootFile } from '../ports.ts'
import { readIfExists, stageFile } from './staged-file.ts'

/** `certs/<hierarchy>/root.pem`; what was there becomes `certs/replaced/<hierarchy>-<time>.pem`. */
export function diskRootFile(workingDirectory: string, now: () => Date): RootFile {
  const certs = join(workingDirectory, 'certs')
  return {
    async replace(hierarchy, pem) {
      const path = join(certs, hierarchy, 'root.pem')
      const old = await readIfExists(path)
      await mkdir(join(certs, 'replaced'), { recursive: true, mode: privateFolderMode })
      const aside = join(certs, 'replaced', `${hierarchy}-${now().toISOString().replaceAll(':', '')}.pem`)
      if (old !== null) await (await stageFile(aside, old, publicFileMode)).replace()
      await (await stageFile(path, pem, publicFileMode)).replace()
    },
  }
}
