import { Refusal } from './refusal.ts'
import { createSemaphore } from './semaphore.ts'

/**
 * Runs one task after the other. Throws the refusal `busy` while so many wait: each takes far more of the processor than
 * it takes to ask for it. `what` names the tasks.
 */
export function createBoundedQueue(
  what: string,
  maxWaiting: number,
): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const inTurn = createSemaphore(1)
  let unfinished = 0
  return async function run(task) {
    if (unfinished > maxWaiting)
      throw new Refusal('busy', `${maxWaiting} ${what} wait already; try again in a moment`)
    unfinished += 1
    try {
      return await inTurn(task)
    } finally {
      unfinished -= 1
    }
  }
}
