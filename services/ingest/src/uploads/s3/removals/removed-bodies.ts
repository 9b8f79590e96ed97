import type { StreamQueries } from '../../../streams/ports.ts'
import type { LocalUploads } from '../../ports.ts'
import type { StoreBodies } from '../bodies/store-bodies.ts'
import { settledMs } from '../evict-bodies.ts'
import type { Shipper } from '../shipper.ts'

interface RemovedBodiesDeps {
  readonly local: Pick<LocalUploads, 'bodies' | 'removeUploads'>
  readonly storedBodies: Pick<StoreBodies, 'uploads'>
  readonly shipper: Pick<Shipper, 'isBehind'>
  readonly index: Pick<StreamQueries, 'upload'>
  readonly nowMs: () => number
}

/**
 * Removes from this disk the bodies that another machine's retention has removed from the store. Bodies that the
 * index still knows stay, because the store has lost those by accident; so do young bodies, and all of a stream with
 * lines on their way to the store. Returns whether nothing is left that the store lacks. Throws `Unavailable` and the
 * system's error.
 */
export function removedBodiesWith({ local, storedBodies, shipper, index, nowMs }: RemovedBodiesDeps) {
  return async function freeRemoved(stream: string): Promise<boolean> {
    const here = await local.bodies(stream)
    if (here.length === 0) return true
    const stored = await storedBodies.uploads(stream)
    if (shipper.isBehind(stream)) return false
    const missing: (typeof here)[number][] = []
    for (const body of here)
      if (!stored.has(body.upload) && !(await index.upload(stream, body.upload))) missing.push(body)
    const gone = missing.filter(({ usedMs }) => usedMs < nowMs() - settledMs)
    if (gone.length > 0)
      await local.removeUploads(
        stream,
        gone.map(({ upload }) => upload),
      )
    return gone.length === missing.length
  }
}
