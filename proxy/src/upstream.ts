import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from '@pushav/shared/settings.ts'
import type { Lane } from './lane.ts'
import { createLanes } from './lanes.ts'

const retryMs = 100

/** How to reach ingest. */
export interface Upstream extends Disposable {
  /** A lane that is there already; null when none is free. */
  kept(): Lane | null
  /**
   * A new lane. While ingest cannot be reached it is tried again, for so long as the limit allows and
   * the request is wanted.
   */
  open(isWanted: () => boolean): Promise<Lane>
}

/** Thrown when ingest could not be reached in time, or nobody wants it any more. */
export class Unreachable extends Error {}

export function createUpstream(address: Address, waitMs: number): Upstream {
  const lanes = createLanes(address)
  return { kept: lanes.kept, open, [Symbol.dispose]: () => lanes[Symbol.dispose]() }

  async function open(isWanted: () => boolean): Promise<Lane> {
    for (const deadline = Date.now() + waitMs; ; ) {
      const lane = await lanes.open(deadline)
      if (lane) return lane
      if (!isWanted() || Date.now() + retryMs > deadline) throw new Unreachable()
      await delay(retryMs)
    }
  }
}
