import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journals } from '../ports.ts'

/** Longer than a tick of any file system's clock. */
const settledMs = 2_000

/** Lists the streams anew only when the folder has changed: there may be very many. Throws what `list` throws. */
export function cacheStreamList(
  workingDirectory: string,
  list: Journals['streams'],
  now: () => Date,
): Journals['streams'] {
  const root = join(workingDirectory, 'journals')
  let cached: { readonly ids: readonly string[]; readonly changedMs: number } | null = null

  return async function streams() {
    const { mtimeMs: changedMs } = await stat(root)
    if (cached?.changedMs === changedMs) return cached.ids
    const ids = await list()
    // Another change within the same tick would not show.
    cached = now().getTime() - changedMs > settledMs ? { ids, changedMs } : null
    return ids
  }
}
