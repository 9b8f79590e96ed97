import { setTimeout as sleep } from 'node:timers/promises'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { timeOfId } from '@pushav/shared/uploads/time-of-id.ts'
import type { StoreBodies } from '../bodies/store-bodies.ts'
import { inTime } from '../object-store.ts'

const retryMs = 200
/** A machine that is behind ships an upload this much later than it promises. */
const maxLateMs = 3_000
const maxMissed = 4_096

export interface FindBodyDeps {
  readonly storedBodies: Pick<StoreBodies, 'open' | 'describe'>
  readonly shipWithinMs: number
  readonly maxWaitMs: number
  readonly nowMs: () => number
}

/**
 * Bodies in the store; null for one that it does not have. An upload of this moment may be on its way there from another
 * machine, and is waited for: only so long, and once, where the clock of that machine is ahead by hours. All throw `Unavailable`, and `ObjectChanged` for what this server did not put there.
 */
export function findBodyWith({ storedBodies, shipWithinMs, maxWaitMs, nowMs }: FindBodyDeps) {
  /** Bodies that were waited for in vain. */
  const missed = createLru<string, true>(maxMissed)
  return {
    /** All of its bytes. */
    find: (stream: string, upload: string) => awaited(upload, () => storedBodies.open(stream, upload)),
    /** What it is, and a way to read pieces of it. */
    describe: (stream: string, upload: string) =>
      awaited(upload, () => storedBodies.describe(stream, upload)),
  }

  async function awaited<Found>(upload: string, ask: () => Promise<Found | null>): Promise<Found | null> {
    const waitMs = shipWithinMs + maxLateMs
    const isYoung = nowMs() < timeOfId(upload) + waitMs
    const untilMs = performance.now() + (isYoung && !missed.get(upload) ? waitMs : 0)
    for (;;) {
      const found = await inTime(maxWaitMs, ask())
      if (found) return found
      if (performance.now() >= untilMs) {
        missed.set(upload, true)
        return null
      }
      await sleep(retryMs)
    }
  }
}
