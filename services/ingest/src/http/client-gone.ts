import type { ServerResponse } from 'node:http'

/** Whether a client still waits for a response. Disposal aborts the signal, too. */
export interface ClientGone extends Disposable {
  /** Aborted once the client has left or this process stops. */
  readonly signal: AbortSignal
}

/** `closing` is aborted when this process stops. */
export function clientGone(response: ServerResponse, closing: AbortSignal): ClientGone {
  const gone = new AbortController()
  const abort = () => gone.abort()
  response.once('close', abort)
  closing.addEventListener('abort', abort)
  if (closing.aborted || response.closed || response.destroyed) abort()
  return { signal: gone.signal, [Symbol.dispose]: dispose }

  function dispose(): void {
    abort()
    response.off('close', abort)
    closing.removeEventListener('abort', abort)
  }
}
