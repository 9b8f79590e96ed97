const windowMs = 60_000
const maxExits = 3

/**
 * Whether to restart a process that exited at these times, in milliseconds, oldest first: not after 3 exits within a
 * minute.
 */
export function mayRestart(exitTimes: readonly number[]): boolean {
  const last = exitTimes.at(-1) ?? 0
  return exitTimes.filter((time) => last - time < windowMs).length < maxExits
}
