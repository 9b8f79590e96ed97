import type { Response } from 'express'

/**
 * Resolves when the client takes more: true; or when it has left, or has taken nothing for `maxStallMs`: false.
 * Nothing is written to a response that is closed.
 */
export async function write(
  response: Response,
  text: string,
  maxStallMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  if (response.closed || response.destroyed) return false
  if (response.write(text)) return true
  return new Promise((resolve) => {
    const timer = Number.isFinite(maxStallMs) ? setTimeout(onEnd, maxStallMs) : undefined
    response.on('drain', onDrain).on('close', onEnd)
    function onDrain(): void {
      settle(true)
    }
    function onEnd(): void {
      settle(false)
    }
    function settle(takesMore: boolean): void {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onEnd)
      resolve(takesMore)
    }
  })
}
