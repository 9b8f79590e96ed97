import type { Hierarchy } from '../certificate.ts'
import { rootValidity } from '../leaf-policy.ts'
import type { Authority } from '../ports.ts'
import { openAuthority } from './authority.ts'
import { issueRoot } from './issuer.ts'

/**
 * A CA that no proxy or client trusts, for certificates that must be refused. Its key is made for it, stays in the memory of this
 * process and is stored nowhere, so that nothing can ever be issued by it again.
 */
export async function createUnknownAuthority(hierarchy: Hierarchy, now: Date): Promise<Authority> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const certificate = await issueRoot(keys, { ...rootValidity(now), commonName: 'TC_PAVS unknown CA' })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
  return openAuthority(hierarchy, { certificate, key }, now)
}
