import type { Response } from 'express'

interface Patience {
  /** How long the client may take nothing. */
  readonly maxStallMs: number
  /** Ends the wait at once. */
  readonly signal: AbortSignal
}

/**
 * Resolves when the client takes more: true. Or when it has left, or patience is at its end: false. Nothing is written
 * to a response that is closed.
 */
export async function write(response: Response, text: string, patience?: Patience): Promise<boolean> {
  if (response.closed || response.destroyed) return false
  if (response.write(text)) return true
  return new Promise((resolve) => {
    const timer = patience && setTimeout(onEnd, patience.maxStallMs)
    response.on('drain', onDrain).on('close', onEnd)
    patience?.signal.addEventListener('abort', onEnd)
    if (patience?.signal.aborted) onEnd()

    function onDrain(): void {
      settle(true)
    }
    function onEnd(): void {
      settle(false)
    }
    function settle(takesMore: boolean): void {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onEnd)
      patience?.signal.removeEventListener('abort', onEnd)
      resolve(takesMore)
    }
  })
}
