import type { Logger } from '@pushav/shared/logger.ts'

/**
 * Fulfilled by the first signal that asks us to end; a later one calls `atOnce`. One right after the first
 * is its echo: npm passes on the Ctrl-C that its children already got from the terminal.
 */
export function endAsked(log: Logger, atOnce: () => void, echoMs = 1_000): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let since: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, ask)
  return promise

  function ask(signal: string): void {
    if (since !== null && Date.now() - since >= echoMs) atOnce()
    if (since !== null) return
    since = Date.now()
    log.info({ signal }, 'ending; once more to end at once')
    resolve()
  }
}
