import type { Hierarchy } from '../certificate.ts'
import { rootValidity } from '../leaf-policy.ts'
import type { Authority } from '../ports.ts'
import { openAuthority } from './authority.ts'
import { issueRoot } from './issuer.ts'
import { x509Keys } from './private-keys.ts'

/**
 * A CA that no proxy or client trusts, for certificates that must be refused. Its key is made for it, stays in the
 * memory of this process and is stored nowhere, so that nothing can ever be issued by it again.
 */
export async function createUnknownAuthority(hierarchy: Hierarchy, now: Date): Promise<Authority> {
  const key = await x509Keys.create('ec-p256')
  const certificate = await issueRoot(key, { ...rootValidity(now), commonName: 'TC_PAVS unknown CA' })
  return openAuthority(hierarchy, { certificate, key }, now)
}
