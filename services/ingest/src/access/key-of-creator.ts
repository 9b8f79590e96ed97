import { createHash } from 'node:crypto'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Certificate } from '../certificates/certificate.ts'
import type { CertificateDetails } from '../certificates/ports.ts'
import type { JournalReader } from '../uploads/ports.ts'
import { readCreation } from '../uploads/stream-interface.ts'

const maxCached = 10_000

interface KeyOfCreatorDeps {
  readonly journals: Pick<JournalReader, 'of' | 'read'>
  /** A certificate that a client has shown, by its fingerprint. */
  readonly details: (fingerprint: string) => Promise<CertificateDetails | null>
  readonly read: (pem: string) => Certificate | null
}

/** Hash of a public key, SubjectPublicKeyInfo in base64; lower-case hex. */
export const hashOfKey = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex')

/**
 * Hash of the key of the certificate that a stream was created with while AUTH was open. Null where there was none, or where
 * it is not stored: older versions stored a certificate with its first upload only. What a stream was created with never
 * changes.
 */
export function keyOfCreatorWith(deps: KeyOfCreatorDeps): (stream: string) => Promise<string | null> {
  const { journals, details, read } = deps
  const cache = createLru<string, { readonly key: string | null }>(maxCached)
  return async function keyOfCreator(stream) {
    const cached = cache.get(stream)
    if (cached) return cached.key
    const key = await find(stream)
    cache.set(stream, { key })
    return key
  }

  async function find(stream: string): Promise<string | null> {
    const fingerprint = (await readCreation(journals, stream))?.creator ?? null
    const certificate = fingerprint && (await details(fingerprint).catch(() => null))
    const facts = certificate && read(certificate.pem)
    return facts ? hashOfKey(facts.publicKey) : null
  }
}
