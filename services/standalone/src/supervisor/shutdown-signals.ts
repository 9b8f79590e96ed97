import type { Logger } from '@pushav/shared/logger.ts'

/**
 * Resolves at the first signal that requests a shutdown; a later one calls `exitNow`. A signal within `echoMs` of the
 * first is ignored: npm forwards the Ctrl-C that its children have already received from the terminal.
 */
export function shutdownRequested(log: Logger, exitNow: () => void, echoMs = 1_000): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let requestedAt: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, receive)
  return promise

  function receive(signal: string): void {
    if (requestedAt !== null && Date.now() - requestedAt >= echoMs) exitNow()
    if (requestedAt !== null) return
    requestedAt = Date.now()
    log.info({ signal }, 'shutting down; signal again to exit at once')
    resolve()
  }
}
