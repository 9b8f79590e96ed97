import type { ServerResponse } from 'node:http'

/** The access of a client whose response goes on for as long as it stays. */
interface Access {
  /** Whether its client may still have what it asked for. */
  readonly mayGoOn: () => Promise<boolean>
}

/**
 * Ends responses that would outlast the access of their clients: a sign-out, a token's admin who is revoked, or a
 * stream that is no longer shared takes effect on them within `everyMs`. Has a timer only while there are any.
 */
export function watchAccess(everyMs: number): (response: ServerResponse, access: Access) => void {
  const open = new Map<ServerResponse, Access>()
  let timer: NodeJS.Timeout | null = null
  return function watch(response, access) {
    if (response.closed || response.destroyed) return
    open.set(response, access)
    response.once('close', () => forget(response))
    timer ??= setInterval(() => open.forEach(check), everyMs).unref()
  }

  function forget(response: ServerResponse): void {
    open.delete(response)
    if (open.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }

  async function check({ mayGoOn }: Access, response: ServerResponse): Promise<void> {
    // What cannot be read now is read again with the next turn.
    if (await mayGoOn().catch(() => true)) return
    response.destroy()
  }
}
