import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CertificateDetails } from '../../certificates/ports.ts'
import type { ClientCertificates } from '../ports.ts'

/** `certs/clients/<fingerprint>.pem`. */
export async function diskClientCertificates(
  workingDirectory: string,
  describe: (pem: string) => CertificateDetails | null,
): Promise<ClientCertificates> {
  const folder = join(workingDirectory, 'certs', 'clients')
  await mkdir(folder, { recursive: true })
  const known = new Set<string>()
  const fileOf = (fingerprint: string) => join(folder, `${fingerprint}.pem`)

  return {
    async remember(fingerprint, der) {
      if (known.has(fingerprint)) return
      const fresh = join(folder, `.${fingerprint}.${process.pid}`)
      await writeFile(fresh, new X509Certificate(Buffer.from(der, 'base64')).toString())
      await rename(fresh, fileOf(fingerprint)).catch((error) => {
        if (error.code !== 'ENOENT') throw error
      })
      known.add(fingerprint)
    },
    details: async (fingerprint) => describe(await readFile(fileOf(fingerprint), 'utf8')),
  }
}
