import type { Address } from '@pushav/shared/settings.ts'
import { type Lane, openLane } from './lane.ts'

const mostIdle = 256
const sweepMs = 15_000

/** The lanes to one ingest. */
export interface Lanes extends Disposable {
  /** One that has served before; null when none is free. */
  kept(): Lane | null
  /** A new one; null when there is no connection by then, so that nothing was sent. */
  open(deadline: number): Promise<Lane | null>
  /** How many are in use. */
  busy(): number
}

/** Keeps lanes for reuse. Ingest itself never closes an idle one, we do after 15 to 30 s. */
export function createLanes(address: Address): Lanes {
  const all = new Set<Lane>()
  /** The one used last comes last, so those that are not needed stay in front. */
  const idle: Lane[] = []
  let unused = 0
  const sweeper = setInterval(sweep, sweepMs).unref()
  return { kept, open, busy: () => all.size - idle.length, [Symbol.dispose]: dispose }

  function kept(): Lane | null {
    for (let lane = idle.pop(); lane; lane = idle.pop()) {
      unused = Math.min(unused, idle.length)
      if (!lane.isBroken()) return lane
    }
    return null
  }

  function open(deadline: number): Promise<Lane | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => lane.destroy(), Math.max(1, deadline - Date.now()))
      const lane = openLane(address, { onConnect: () => settle(lane), onIdle: freed, onClose: closed })
      all.add(lane)

      function closed(): void {
        forget(lane)
        settle(null)
      }

      function settle(result: Lane | null): void {
        clearTimeout(timer)
        resolve(result)
      }
    })
  }

  function freed(lane: Lane): void {
    if (idle.length < mostIdle) idle.push(lane)
    else lane.destroy()
  }

  function forget(lane: Lane): void {
    all.delete(lane)
    const at = idle.indexOf(lane)
    if (at !== -1) idle.splice(at, 1)
    unused = Math.min(unused, idle.length)
  }

  /** Closes what has been idle since the last time. */
  function sweep(): void {
    for (const lane of idle.splice(0, unused)) lane.destroy()
    unused = idle.length
  }

  function dispose(): void {
    clearInterval(sweeper)
    for (const lane of all) lane.destroy()
  }
}
