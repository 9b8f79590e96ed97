import type { Logger } from '@pushav/shared/logger.ts'
import type { Excess } from './client-limits.ts'
import { createKeyedThrottle } from './keyed-throttle.ts'

/** Counts each limit that a client reaches, and logs it at most once a minute for each client and unit. */
export function logExcess(
  count: (limit: string) => void,
  log: Logger,
  now: () => number,
): (excess: Excess, name: string) => void {
  const mayLog = createKeyedThrottle(now)
  return function onExcess({ client, unit, max }, name) {
    count(`${client}-${unit}`)
    if (mayLog(`${unit} ${name}`)) log.warn({ [client]: name, unit, max }, 'limit reached')
  }
}
