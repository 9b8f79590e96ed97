/** Runs one task after the other among those that share a key; tasks of other keys run meanwhile. */
export type KeyedMutex = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>

/** A task that fails does not stop those after it. */
export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>()
  return async function runExclusively(key, task) {
    const run = (last.get(key) ?? Promise.resolve()).then(task, task)
    last.set(key, run)
    try {
      return await run
    } finally {
      if (last.get(key) === run) last.delete(key)
    }
  }
}
