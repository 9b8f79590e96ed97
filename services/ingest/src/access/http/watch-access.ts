import type { ServerResponse } from 'node:http'

/** A request whose response goes on for as long as its client stays. */
interface OpenResponse {
  /** Whether its client may still have what it asked for. */
  readonly mayGoOn: () => Promise<boolean>
}

/**
 * Ends responses that would outlast the access of their clients: a sign-out, a token's admin who is revoked, or a
 * stream that is no longer shared takes effect on them within `everyMs`. Has a timer only while there are any.
 */
export function watchAccess(everyMs: number): (response: ServerResponse, watched: OpenResponse) => void {
  const open = new Map<ServerResponse, OpenResponse>()
  let timer: NodeJS.Timeout | null = null
  return function watch(response, watched) {
    if (response.closed || response.destroyed) return
    open.set(response, watched)
    response.once('close', () => forget(response))
    timer ??= setInterval(() => open.forEach(check), everyMs).unref()
  }

  function forget(response: ServerResponse): void {
    open.delete(response)
    if (open.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }

  async function check({ mayGoOn }: OpenResponse, response: ServerResponse): Promise<void> {
    // What cannot be read now is read again with the next turn.
    if (await mayGoOn().catch(() => true)) return
    response.destroy()
  }
}
