import { throttle } from '@pushav/shared/lib/throttle.ts'
import { serverItself, type WriteAudit } from './audit.ts'

const everyMs = 60_000

/**
 * Audits that a limit refuses uploads: at once, then at most once a minute for each limit, with the number of
 * refusals in between. `now` is a clock in milliseconds.
 */
export function auditLimitsWith(audit: WriteAudit, now: () => number): (limit: string) => void {
  const byLimit = new Map<string, (limit: string) => void>()
  return function auditLimit(limit) {
    const write = byLimit.get(limit) ?? throttle(everyMs, now, writeLine)
    byLimit.set(limit, write)
    write(limit)
  }

  function writeLine(limit: string, refusalsBefore: number): void {
    const details = { limit, refusals_before: refusalsBefore }
    audit({ ...serverItself, event: 'limit-reached', outcome: 'refused', details })
  }
}
