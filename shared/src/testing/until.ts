import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 30_000
const minPauseMs = 25
const maxPauseMs = 250

/**
 * Asks again and again until there is an answer that counts, less often the longer it takes; `what` says what was waited
 * for in vain.
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
