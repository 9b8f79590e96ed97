import type { ServerResponse } from 'node:http'
import { sleep } from '../../lib/sleep.ts'

/** Resolves after the time, when the client leaves, or when this process stops. */
export type SleepWhileOpen = (ms: number) => Promise<void>

export const sleepWhileOpen = (response: ServerResponse, closing: AbortSignal): SleepWhileOpen =>
  async function sleepFor(ms) {
    const over = new AbortController()
    const end = () => over.abort()
    response.once('close', end)
    closing.addEventListener('abort', end)
    if (response.closed || response.destroyed || closing.aborted) end()
    await sleep(ms, over.signal)
    response.off('close', end)
    closing.removeEventListener('abort', end)
  }
