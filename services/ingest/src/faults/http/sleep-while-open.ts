import type { ServerResponse } from 'node:http'
import { clientGone } from '../../http/client-gone.ts'
import { sleep } from '../../lib/sleep.ts'

/** Resolves after the time, when the client leaves, or when this process stops. */
export type SleepWhileOpen = (ms: number) => Promise<void>

export const sleepWhileOpen = (response: ServerResponse, closing: AbortSignal): SleepWhileOpen =>
  async function sleepFor(ms) {
    using gone = clientGone(response, closing)
    await sleep(ms, gone.signal)
  }
