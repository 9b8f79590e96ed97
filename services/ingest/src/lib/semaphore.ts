/** Runs at most `max` tasks at a time; the others wait for their turn, in their order. */
export function createSemaphore(max: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let free = max
  const waiting: (() => void)[] = []
  return async function run(task) {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
