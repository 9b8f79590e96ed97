/** A map of at most `maxEntries`. When it is full, it drops the entry that was set or read least recently. */
export interface Lru<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  delete(key: Key): void
  /** Entries, least recently used first. */
  entries(): IterableIterator<[Key, Value]>
  readonly size: number
}

/** Creates a map. Calls `onEvict` with each entry that it drops to make room for another. */
export function createLru<Key, Value>(
  maxEntries: number,
  onEvict: (value: Value, key: Key) => void = () => {},
): Lru<Key, Value> {
  const map = new Map<Key, Value>()
  return {
    get(key) {
      const value = map.get(key)
      if (value !== undefined) touch(key, value)
      return value
    },
    set(key, value) {
      touch(key, value)
      if (map.size > maxEntries) evictOldest()
    },
    delete: (key) => void map.delete(key),
    entries: () => map.entries(),
    get size() {
      return map.size
    },
  }

  function touch(key: Key, value: Value): void {
    map.delete(key)
    map.set(key, value)
  }

  function evictOldest(): void {
    const [oldest] = map
    if (!oldest) return
    map.delete(oldest[0])
    onEvict(oldest[1], oldest[0])
  }
}
