import { z } from 'zod'
import { StartupError } from './startup-error.ts'

const maxWorkers = 64

/** Schema of `--workers`: how many pairs of a proxy and an ingest process run. */
export const workers = z
  .union([z.literal('auto'), z.coerce.number().int().min(1).max(maxWorkers)])
  .describe(`a whole number from 1 to ${maxWorkers}, or auto`)

/**
 * How many pairs to run. `auto` means one pair for each two cores, because a pair has two busy threads, and one pair on
 * a platform where proxies cannot share a port. Throws a `StartupError` when the user wants more on such a platform.
 */
export function workerCountOf(
  wanted: z.output<typeof workers>,
  { cores, platform }: { readonly cores: number; readonly platform: NodeJS.Platform },
): number {
  const canSharePort = platform === 'linux'
  if (wanted === 'auto') return canSharePort ? Math.min(Math.max(1, Math.floor(cores / 2)), maxWorkers) : 1
  if (wanted > 1 && !canSharePort)
    throw new StartupError(
      `--workers ${wanted} needs Linux, where several proxies can share a port; leave it out, or say --workers auto`,
    )
  return wanted
}
