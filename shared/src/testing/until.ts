import { setTimeout as after } from 'node:timers/promises'

const patienceMs = 30_000

/** Asks again and again until there is an answer that counts; `what` says what was waited for in vain. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | null | undefined | false>,
  withinMs = patienceMs,
): Promise<Answer> {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await after(50)
  }
}
