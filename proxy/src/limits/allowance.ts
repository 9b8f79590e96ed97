/**
 * Asks a counter for units of a rate. Resolves with 0 when the counter grants them, else with how many milliseconds the
 * client has to wait. Never rejects.
 */
export type Consume = (units: number) => Promise<number>

/** What one client may still do of one kind, such as requests. Spending a unit costs some nanoseconds. */
export interface Allowance {
  /** Spends one unit. Returns 0 when the client may go on, else how many milliseconds it has to wait. */
  spend(): number
}

/** How many units an allowance reserves in advance. Its counter has to grant them beyond the rate. */
export const portionOf = (max: number): number => Math.ceil(max / 100)

/**
 * Reserves a hundredth of a rate at a time, so that most units are spent without asking the counter, which may be in
 * Redis. A client may go on while a reservation is pending: it can exceed its rate by the units that it spends in that
 * time, and the next reservation includes them. `max` is the rate in units a second, `now` the time in milliseconds.
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
