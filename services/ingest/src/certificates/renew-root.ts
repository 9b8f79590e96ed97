import { rootValidity } from './leaf-policy.ts'
import type { Authority, RootFile } from './ports.ts'

/**
 * Gives a root twenty more years, with its key and name. Clients that have the old root go on until that ends, since
 * each leaf of one is a leaf of the other; the old one is put aside. Returns when the new one ends.
 */
export async function renewRoot(authority: Authority, file: RootFile, now: Date): Promise<Date> {
  const validity = rootValidity(now)
  const renewed = await authority.renewRoot(validity)
  await file.replace(authority.hierarchy, renewed)
  return validity.notAfter
}
