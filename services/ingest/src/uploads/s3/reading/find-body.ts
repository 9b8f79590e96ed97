import { setTimeout as sleep } from 'node:timers/promises'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { timeOfId } from '../../../lib/new-id.ts'
import type { RemoteBody } from '../../ports.ts'
import { inTime, type ObjectStore } from '../object-store.ts'
import { bodyKey } from '../store-keys.ts'

const retryMs = 200
/** A machine that is behind ships an upload this much later than it promises. */
const maxLateMs = 3_000
const maxMissed = 4_096

export interface FindBodyDeps {
  readonly store: ObjectStore
  readonly shipWithinMs: number
  readonly maxWaitMs: number
  readonly nowMs: () => number
}

/**
 * Bodies in the store; null for one that it does not have. An upload of this moment may be on its way there from another
 * machine, and is waited for: only so long, and once, where the clock of that machine is ahead by hours. All throw `Unavailable`, and `ObjectChanged` for what this server did not put there.
 */
export function findBodyWith({ store, shipWithinMs, maxWaitMs, nowMs }: FindBodyDeps) {
  /** Bodies that were waited for in vain. */
  const missed = createLru<string, true>(maxMissed)
  return {
    /** All of its bytes. */
    find: (stream: string, upload: string) => awaited(upload, () => store.get(bodyKey(stream, upload))),
    /** What it is, and a way to read pieces of it. */
    async describe(stream: string, upload: string): Promise<RemoteBody | null> {
      const key = bodyKey(stream, upload)
      const facts = await awaited(upload, () => store.describe(key))
      if (!facts) return null
      const { size: bytes, modifiedAt } = facts
      return { kind: 'remote', bytes, modifiedAt, read: (extent) => store.getRange(key, facts, extent) }
    },
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
