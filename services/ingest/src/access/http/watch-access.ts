import type { ServerResponse } from 'node:http'

/** Whether a response that goes on may do so: its client still has access. */
type MayGoOn = () => Promise<boolean>

/**
 * Ends responses that would outlast the access of their clients: a sign-out, a token's admin who is revoked, or a
 * stream that is no longer shared takes effect on them within `everyMs`. Has a timer only while there are any.
 */
export function watchAccess(everyMs: number): (response: ServerResponse, mayGoOn: MayGoOn) => void {
  const open = new Map<ServerResponse, MayGoOn>()
  let timer: NodeJS.Timeout | null = null
  return function watch(response, mayGoOn) {
    if (response.closed || response.destroyed) return
    open.set(response, mayGoOn)
    response.once('close', () => forget(response))
    timer ??= setInterval(() => open.forEach(check), everyMs).unref()
  }

  function forget(response: ServerResponse): void {
    open.delete(response)
    if (open.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }

  async function check(mayGoOn: MayGoOn, response: ServerResponse): Promise<void> {
    // What cannot be read now is read again with the next turn.
    if (await mayGoOn().catch(() => true)) return
    response.destroy()
  }
}
