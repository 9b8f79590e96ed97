import { setTimeout as sleep } from 'node:timers/promises'
import { UploadsUnavailable } from '../use-cases/ports.ts'

export type Retry = <Result>(task: () => Promise<Result>) => Promise<Result>

/** Five seconds in all: a restart of the server goes unnoticed. */
const defaultRetries = { sleepMs: 500, maxRetries: 10 }

/**
 * Runs a task again while it throws `UploadsUnavailable`, until `maxRetries` or `closing`. Then, and at any other
 * error, it throws what the task threw. `onUnavailable` receives every failure but the first of a task.
 */
export function retryWith(
  onUnavailable: (error: UploadsUnavailable) => void,
  closing: AbortSignal,
  { sleepMs, maxRetries } = defaultRetries,
): Retry {
  return async function retry(task) {
    for (let failures = 1; ; failures += 1) {
      try {
        return await task()
      } catch (error) {
        if (!(error instanceof UploadsUnavailable) || closing.aborted) throw error
        // The first failure may come from a keep-alive connection that the server has just closed.
        if (failures > 1) onUnavailable(error)
        if (failures > maxRetries) throw error
      }
      await sleep(sleepMs, null, { signal: closing }).catch(() => {})
    }
  }
}
