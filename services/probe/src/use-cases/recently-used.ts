/** A map of limited size that forgets what has not been asked for longest. */
export function recentlyUsed<Value>(limit: number) {
  const values = new Map<string, Value>()
  return {
    get(key: string): Value | undefined {
      const value = values.get(key)
      if (value !== undefined) renew(key, value)
      return value
    },
    set: renew,
  }

  function renew(key: string, value: Value): void {
    values.delete(key)
    values.set(key, value)
    const oldest = values.keys().next().value
    if (values.size > limit && oldest !== undefined) values.delete(oldest)
  }
}
