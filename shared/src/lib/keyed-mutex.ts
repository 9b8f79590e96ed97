/** Runs tasks with the same key one after the other. Tasks with different keys run at the same time. */
export type KeyedMutex = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>

/** Creates a mutex. A task that fails does not stop the tasks after it. */
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
