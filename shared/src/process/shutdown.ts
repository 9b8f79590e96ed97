import type { Logger } from '../logger.ts'

/**
 * Undoes what was built, in reverse order, on SIGINT, SIGTERM or when the parent that holds our IPC
 * channel is gone; then the process ends with 0. A second signal ends it at once with 1.
 */
export function closeOnSignal(built: AsyncDisposableStack, log: Logger): void {
  let closing = false
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
  process.on('disconnect', () => close('disconnect'))
  // A parent that died while we were starting: its event has passed unheard.
  if (process.connected === false) void close('disconnect')

  async function close(cause: string): Promise<void> {
    if (closing && cause === 'disconnect') return
    if (closing) process.exit(1)
    closing = true
    log.info({ cause }, 'closing')
    try {
      await built.disposeAsync()
      process.exit(0)
    } catch (error) {
      log.error({ error }, 'closing failed')
      process.exit(1)
    }
  }
}
