import { setTimeout as sleep } from 'node:timers/promises'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { timeOfId } from '@pushav/shared/uploads/time-of-id.ts'
import type { StreamQueries } from '../../../streams/ports.ts'
import type { StoreBodies } from '../bodies/store-bodies.ts'
import { inTime } from '../object-store.ts'

const retryMs = 200
/** How much later than `shipWithinMs` a busy machine may ship an upload. */
const maxLateMs = 3_000
const maxMissed = 4_096

export interface FindBodyDeps {
  readonly storedBodies: Pick<StoreBodies, 'open' | 'describe'>
  readonly index: Pick<StreamQueries, 'upload'>
  readonly shipWithinMs: number
  readonly maxWaitMs: number
  readonly nowMs: () => number
}

/**
 * Bodies in the store; null for one that it does not have. One that may be on its way there from another machine is
 * waited for, once: an upload of this moment, and any that the index knows, for the clock of that machine may be behind
 * by hours. All throw `Unavailable`, and `RecordChanged` for what this server did not put there.
 */
export function findBodyWith({ storedBodies, index, shipWithinMs, maxWaitMs, nowMs }: FindBodyDeps) {
  const waitMs = shipWithinMs + maxLateMs
  /** Bodies that were waited for in vain. */
  const missed = createLru<string, true>(maxMissed)
  return {
    /** All bytes of the body. */
    find: (stream: string, upload: string) =>
      awaited(stream, upload, () => storedBodies.open(stream, upload)),
    /** Size and time of the body, and a way to read pieces of it. */
    describe: (stream: string, upload: string) =>
      awaited(stream, upload, () => storedBodies.describe(stream, upload)),
  }

  async function awaited<Found>(
    stream: string,
    upload: string,
    ask: () => Promise<Found | null>,
  ): Promise<Found | null> {
    const untilMs = performance.now() + waitMs
    let found = await inTime(maxWaitMs, ask())
    if (found || missed.get(upload) || !(await mayCome(stream, upload))) return found
    while (!found && performance.now() < untilMs) {
      await sleep(retryMs)
      found = await inTime(maxWaitMs, ask())
    }
    if (!found) missed.set(upload, true)
    return found
  }

  /** What retention has removed is not in the index. */
  async function mayCome(stream: string, upload: string): Promise<boolean> {
    return nowMs() < timeOfId(upload) + waitMs || (await index.upload(stream, upload)) !== null
  }
}
