import { setTimeout as after } from 'node:timers/promises'
import { OutOfReach } from '../use-cases/ports.ts'

export type Patiently = <Result>(work: () => Promise<Result>) => Promise<Result>

const pauseMs = 500
const maxPauses = 10

/** Does work over while the server is out of reach, for some seconds; a restart of it is not noticed then. */
export function patientlyWith(tell: (error: OutOfReach) => void, closing: AbortSignal): Patiently {
  return async function patiently(work) {
    for (let pauses = 0; ; pauses += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof OutOfReach) || closing.aborted) throw error
        // One failure may be a kept connection that has just ended.
        if (pauses > 0) tell(error)
        if (pauses === maxPauses) throw error
      }
      await after(pauseMs, null, { signal: closing }).catch(() => {})
    }
  }
}
