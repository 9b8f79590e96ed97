const withinMs = 60_000
const tooMany = 3

/** Whether a child that died at these times, oldest first, deserves another start. */
export function mayRestart(deaths: readonly number[]): boolean {
  const last = deaths.at(-1) ?? 0
  return deaths.filter((time) => last - time < withinMs).length < tooMany
}
