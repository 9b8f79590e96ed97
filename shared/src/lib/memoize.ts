/**
 * Remembers what `compute` made of each key. When `maxEntries` are remembered, all are forgotten; keys longer than
 * `maxKeyLength` are computed every time, so that no caller can fill the memory.
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
