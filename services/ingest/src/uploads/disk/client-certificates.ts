import { X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import type { CertificateDetails } from '../../certificates/ports.ts'
import { CertificateAbsent, type ClientCertificates } from '../ports.ts'
import type { Durability } from './io-worker/transaction.ts'

/** Certificates that this process remembers to be stored; others are stored again. */
const maxKnown = 65_536

/** `certs/clients/<fingerprint>.pem`. */
export async function diskClientCertificates(
  workingDirectory: string,
  describe: (pem: string) => CertificateDetails | null,
  durability: Durability,
): Promise<ClientCertificates> {
  const folder = join(workingDirectory, 'certs', 'clients')
  await mkdir(folder, { recursive: true })
  const stored = createLru<string, true>(maxKnown)
  const fileOf = (fingerprint: string) => join(folder, `${fingerprint}.pem`)

  return {
    async remember(fingerprint, der) {
      if (stored.get(fingerprint)) return
      const pem = new X509Certificate(Buffer.from(der, 'base64')).toString()
      await replaceFile(fileOf(fingerprint), pem, { isFlushed: durability === 'power' })
      stored.set(fingerprint, true)
    },
    async details(fingerprint) {
      const pem = await readFile(fileOf(fingerprint), 'utf8').catch(nullIfAbsent)
      if (pem === null) throw new CertificateAbsent(`there is no certificate ${fingerprint}`)
      return describe(pem)
    },
  }
}
