import { randomBytes } from 'node:crypto'
import type { Pair } from '../certificate.ts'
import { rootValidity } from '../leaf-policy.ts'
import { issueRoot } from './issuer.ts'
import { x509Keys } from './private-keys.ts'

/** A new CA: RSA-3072, issues leaves only. */
export async function createRoot(now: Date): Promise<Pair> {
  const key = await x509Keys.create('rsa-3072')
  const commonName = `TC_PAVS root ${randomBytes(8).toString('hex')}`
  return { certificate: await issueRoot(key, { ...rootValidity(now), commonName, pathLength: 0 }), key }
}
