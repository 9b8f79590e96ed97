import { createLru } from '@pushav/shared/lib/lru.ts'

const intervalMs = 60_000
const maxKeys = 1_000

/** Whether the last time for that key was at least a minute ago; `now` is the time in milliseconds. */
export function createKeyedThrottle(now: () => number): (key: string) => boolean {
  const last = createLru<string, number>(maxKeys)
  return function mayRepeat(key) {
    const at = now()
    if (at - (last.get(key) ?? Number.NEGATIVE_INFINITY) < intervalMs) return false
    last.set(key, at)
    return true
  }
}
