import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 30_000
const minPauseMs = 25
const maxPauseMs = 250

/**
 * Calls `ask` until it resolves with a truthy answer, at growing intervals, and resolves with this answer. After
 * `withinMs` it throws an error that names `what`.
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | null | undefined | false>,
  withinMs = patienceMs,
): Promise<Answer> {
  const begun = Date.now()
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    const waitedMs = Date.now() - begun
    if (waitedMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(Math.min(maxPauseMs, Math.max(minPauseMs, waitedMs / 8)))
  }
}
