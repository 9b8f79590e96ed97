import { createLru } from '@pushav/shared/lib/lru.ts'

const intervalMs = 60_000
const maxKeys = 1_000

/** Returns true at most once a minute for a key, of the 1000 keys used last. `now` is the time in milliseconds. */
export function createKeyedThrottle(now: () => number): (key: string) => boolean {
  const last = createLru<string, number>(maxKeys)
  return function mayRepeat(key) {
    const at = now()
    if (at - (last.get(key) ?? Number.NEGATIVE_INFINITY) < intervalMs) return false
    last.set(key, at)
    return true
  }
}
