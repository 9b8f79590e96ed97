import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from '@pushav/shared/settings.ts'
import { createIngests } from './ingests.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'

const retryMs = 100
/** Whoever has not even accepted by then is taken for one that refuses. */
const connectMs = 3_000

/** How to reach ingest, of which there may be several. */
export interface Upstream extends Disposable {
  /**
   * A lane of which nothing has been sent for this request. While no ingest can be reached they are tried again,
   * for so long as the limit allows and the request is wanted.
   */
  take(isWanted: () => boolean): Lane | Promise<Lane>
}

/** Thrown when no ingest could be reached in time, or nobody wants it any more. */
export class Unreachable extends Error {}

export function createUpstream(addresses: readonly Address[], waitMs: number): Upstream {
  const ingests = createIngests(addresses)
  return { take, [Symbol.dispose]: () => ingests[Symbol.dispose]() }

  function take(isWanted: () => boolean): Lane | Promise<Lane> {
    const chosen = ingests.choose()
    return chosen.kept() ?? open(chosen, isWanted)
  }

  async function open(chosen: Lanes, isWanted: () => boolean): Promise<Lane> {
    const deadline = Date.now() + waitMs
    for (let lanes = chosen; ; lanes = ingests.choose()) {
      const lane = lanes.kept() ?? (await lanes.open(Math.min(deadline, Date.now() + connectMs)))
      if (lane) return lane
      ingests.rest(lanes)
      if (!isWanted() || Date.now() + retryMs > deadline) throw new Unreachable()
      if (ingests.areAllAtRest()) await delay(retryMs)
    }
  }
}
