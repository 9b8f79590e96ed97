import { once } from 'node:events'
import type { Response } from 'express'

/** Resolves when the client takes more, or has left. */
export async function write(response: Response, text: string): Promise<void> {
  if (response.write(text) || response.closed) return
  const settled = new AbortController()
  const { signal } = settled
  await Promise.race(['drain', 'close'].map((event) => once(response, event, { signal })))
  settled.abort()
}
