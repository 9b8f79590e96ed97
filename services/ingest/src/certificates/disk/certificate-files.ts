import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFileMode, publicFileMode } from '../../lib/disk/file-modes.ts'
import type { CertificateFiles } from '../ports.ts'
import { readIfExists, type StagedFile, stageFile } from './staged-file.ts'

/** Names become parts of paths here, so callers check them first (`parseCertificateName`). */
export function diskCertificateFiles(workingDirectory: string): CertificateFiles {
  const pathOf: CertificateFiles['pathOf'] = (hierarchy, file) =>
    join(workingDirectory, 'certs', hierarchy, file)
  return {
    pathOf,
    async list(hierarchy) {
      const names = await readdir(pathOf(hierarchy, ''))
      return names.filter((name) => /^[^.].*\.(pem|key)$/.test(name)).sort()
    },
    read: (hierarchy, file) => readIfExists(pathOf(hierarchy, file)),
    async replace(hierarchy, name, { certificate, key }) {
      const pemPath = pathOf(hierarchy, `${name}.pem`)
      const keyPath = pathOf(hierarchy, `${name}.key`)
      await using staging = new AsyncDisposableStack()
      const stage = async (path: string, text: string, mode: number): Promise<StagedFile> =>
        staging.adopt(await stageFile(path, text, mode), (staged) => staged.discard())
      const pem = await stage(pemPath, certificate, publicFileMode)
      const keyFile = key === null ? null : await stage(keyPath, key, privateFileMode)

      // The old certificate goes first: a crash may leave a key alone, but never with another's certificate.
      await rm(pemPath, { force: true })
      await (keyFile ? keyFile.replace() : rm(keyPath, { force: true }))
      await pem.replace()
    },
  }
}
