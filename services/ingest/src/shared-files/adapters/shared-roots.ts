import { X509Certificate } from 'node:crypto'
import type { Pair } from '../../certificates/certificate.ts'
import type { SharedFiles } from '../ports.ts'
import { readSealed } from '../read-sealed.ts'

/** One CA for all machines: the first of them that starts gives its own. */
export interface SharedRoots {
  /** The root of all machines; `create` makes it where there is none, and the pair of the fastest machine counts. */
  agree(name: string, create: () => Promise<Pair>): Promise<Pair>
  /**
   * The newer certificate of a root, where this machine has it already. Throws, in words, where this machine has
   * another CA than the others.
   */
  reconcile(name: string, here: Pair): Promise<Pair>
  has(name: string): Promise<boolean>
}

export function sharedRoots(files: SharedFiles): SharedRoots {
  return { agree, reconcile, has: async (name) => (await read(name)) !== null }

  async function agree(name: string, create: () => Promise<Pair>): Promise<Pair> {
    const known = await read(name)
    if (known) return known
    const made = await create()
    if (await files.create(fileOf(name), JSON.stringify(made))) return made
    return (await read(name)) ?? made
  }

  async function reconcile(name: string, here: Pair): Promise<Pair> {
    const stored = await agree(name, async () => here)
    if (stored.key.trim() !== here.key.trim())
      throw new Error(
        `STORE: certs/${name} of this working directory is another CA than that of the other machines: put the folder aside`,
      )
    if (endOf(stored) >= endOf(here)) return stored
    // The root was renewed on this machine.
    await files.replace(fileOf(name), JSON.stringify(here))
    return here
  }

  function read(name: string): Promise<Pair | null> {
    return readSealed(files, fileOf(name))
  }
}

const fileOf = (name: string): string => `certs/roots/${name}`

const endOf = ({ certificate }: Pair): number => new X509Certificate(certificate).validToDate.getTime()
