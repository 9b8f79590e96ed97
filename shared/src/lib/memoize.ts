/**
 * Caches the result of `compute` for each key. Drops all results when there are `maxEntries`. Does not cache keys
 * longer than `maxKeyLength`, so that no client can fill the memory.
 */
export function memoize<Value>(
  compute: (key: string) => Value,
  { maxEntries = 1_000, maxKeyLength = 64 } = {},
): (key: string) => Value {
  const cache = new Map<string, Value>()
  return (key) => {
    const cached = cache.get(key)
    if (cached !== undefined) return cached
    const value = compute(key)
    if (cache.size >= maxEntries) cache.clear()
    if (key.length <= maxKeyLength) cache.set(key, value)
    return value
  }
}
