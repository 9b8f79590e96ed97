import type { Logger } from '@pushav/shared/logger.ts'
import type { SharedRoots } from '../../shared-files/adapters/shared-roots.ts'
import type { Hierarchy, Pair } from '../certificate.ts'
import { openRootFiles } from './root-files.ts'

interface OpenRootDeps {
  readonly workingDirectory: string
  /** What all machines agree on; null where the working directory decides. */
  readonly roots: SharedRoots | null
  readonly log: Logger
}

interface OpenedRoot {
  /** What `certs/<name>` of this machine holds. */
  readonly onDisk: Pair
  /** The newest pair of all machines, with the same key. */
  readonly pair: Pair
}

/**
 * Opens a CA, in the folder `certs/<name>`; `create` makes it where no machine has it yet. Throws what
 * `openRootFiles` and `SharedRoots.reconcile` throw.
 */
export async function openRoot(
  name: Hierarchy | 'intermediate',
  create: () => Promise<Pair>,
  { workingDirectory, roots, log }: OpenRootDeps,
): Promise<OpenedRoot> {
  const createOnce = roots ? () => roots.agree(name, create) : create
  const onDisk = await openRootFiles(workingDirectory, name, createOnce, log)
  return { onDisk, pair: roots ? await roots.reconcile(name, onDisk) : onDisk }
}
