import type { Logger } from '@pushav/shared/logger.ts'
import type { Excess } from './client-limits.ts'
import { createKeyedThrottle } from './keyed-throttle.ts'

/** Counts each excess and logs the first of a client, and another one a minute later. */
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
