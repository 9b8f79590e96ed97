import { X509Certificate } from 'node:crypto'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { CertificateDetails } from '../../certificates/ports.ts'
import { CertificateAbsent, type ClientCertificates } from '../ports.ts'
import { bodyOf, type ObjectStore, readObject } from './object-store.ts'
import { certificateKey } from './store-keys.ts'

/** Certificates that this process remembers to be in the store; others are put again. */
const maxShipped = 16_384

export interface S3CertificatesDeps {
  readonly local: ClientCertificates
  readonly store: ObjectStore
  readonly describe: (pem: string) => CertificateDetails | null
  /** Whether a certificate has to be in the store before the promise resolves. */
  readonly waits: boolean
  readonly log: Pick<Logger, 'warn'>
}

/** The certificates that devices presented to any machine. */
export function s3Certificates({
  local,
  store,
  describe,
  waits,
  log,
}: S3CertificatesDeps): ClientCertificates {
  /** By fingerprint; one that failed is tried again with the device's next upload. */
  const shipped = createLru<string, Promise<void>>(maxShipped)
  return {
    async remember(fingerprint, der) {
      const known = shipped.get(fingerprint)
      if (known) return waits ? known : undefined
      await local.remember(fingerprint, der)
      const pending = ship(fingerprint, new X509Certificate(Buffer.from(der, 'base64')).toString())
      shipped.set(fingerprint, pending)
      pending.catch((error) => {
        shipped.delete(fingerprint)
        log.warn({ error, fingerprint }, 'a client certificate is not in the store yet')
      })
      if (waits) await pending
    },
    async details(fingerprint) {
      try {
        return await local.details(fingerprint)
      } catch (error) {
        if (!(error instanceof CertificateAbsent)) throw error
        const pem = await readObject(store, certificateKey(fingerprint))
        if (!pem) throw error
        return describe(pem.toString())
      }
    },
  }

  function ship(fingerprint: string, pem: string): Promise<void> {
    return store.put(certificateKey(fingerprint), bodyOf(Buffer.from(pem)))
  }
}
