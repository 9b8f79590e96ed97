import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journals } from '../ports.ts'

/** Longer than a tick of any file system's clock. */
const settledMs = 2_000

/** A list of the streams that is made anew only when there are others: there may be very many. */
export function cacheStreamList(
  workingDirectory: string,
  list: Journals['streams'],
  now: () => Date,
): Journals['streams'] {
  const root = join(workingDirectory, 'journals')
  let known: { readonly ids: readonly string[]; readonly changedMs: number } | null = null

  return async function streams() {
    const { mtimeMs: changedMs } = await stat(root)
    if (known?.changedMs === changedMs) return known.ids
    const ids = await list()
    // Another change may still come within the same tick.
    known = now().getTime() - changedMs > settledMs ? { ids, changedMs } : null
    return ids
  }
}
