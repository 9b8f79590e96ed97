/**
 * Takes units of a rate. Resolves with how long the client has to wait, in milliseconds; 0 when they are granted. Never
 * rejects.
 */
export type Consume = (units: number) => Promise<number>

/** How much one client may still do of one kind. Spending costs some nanoseconds. */
export interface Allowance {
  /** Spends one unit. Returns how long the client has to wait, in milliseconds; 0 when it may go on. */
  spend(): number
}

/** How much an allowance reserves in advance; a counter has to grant that beyond the rate. */
export const portionOf = (max: number): number => Math.ceil(max / 100)

/**
 * Reserves units of a rate by the hundredth, so that most of them are spent without a question to the counter, which
 * may be in Redis. While a reservation is under way the client may go on: it can exceed its rate by the units of that
 * time, which the next reservation pays. `max` is the rate and `now` the time in milliseconds.
 */
export function createAllowance(consume: Consume, max: number, now: () => number): Allowance {
  const portion = portionOf(max)
  let left = 0
  let blockedUntil = 0
  let isReserving = false
  return { spend }

  function spend(): number {
    left -= 1
    if (left >= 0) return 0
    const waitMs = blockedUntil - now()
    if (waitMs > 0) return waitMs
    void reserve()
    return 0
  }

  async function reserve(): Promise<void> {
    if (isReserving) return
    isReserving = true
    const units = portion - left
    const waitMs = await consume(units)
    left = waitMs === 0 ? left + units : 0
    blockedUntil = waitMs === 0 ? 0 : now() + waitMs
    isReserving = false
  }
}
