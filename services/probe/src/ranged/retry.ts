import { setTimeout as sleep } from 'node:timers/promises'
import { UploadsUnavailable } from '../use-cases/ports.ts'

export type Retry = <Result>(task: () => Promise<Result>) => Promise<Result>

/** Five seconds in all, long enough for a restart of the server. */
const defaultRetries = { sleepMs: 500, maxRetries: 10 }

/**
 * Returns a function that runs a task again while it throws `UploadsUnavailable`, up to `maxRetries` times and until
 * `closing`. Then, and after any other error, it throws what the task threw. `onUnavailable` receives every
 * `UploadsUnavailable` of a task but the first.
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
