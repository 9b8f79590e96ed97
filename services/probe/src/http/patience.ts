import { setTimeout as after } from 'node:timers/promises'
import { OutOfReach } from '../use-cases/ports.ts'

export type Patiently = <Result>(work: () => Promise<Result>) => Promise<Result>

const someSeconds = { pauseMs: 500, pauses: 10 }

/** Does work over while the server is out of reach, for some seconds; a restart of it is not noticed then. */
export function patientlyWith(
  tell: (error: OutOfReach) => void,
  closing: AbortSignal,
  { pauseMs, pauses } = someSeconds,
): Patiently {
  return async function patiently(work) {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof OutOfReach) || closing.aborted) throw error
        // One failure may be a kept connection that has just ended.
        if (failures > 1) tell(error)
        if (failures > pauses) throw error
      }
      await after(pauseMs, null, { signal: closing }).catch(() => {})
    }
  }
}
