import type { Logger } from '../logger.ts'

/**
 * Disposes `built`, in reverse order, on SIGINT, SIGTERM or when the parent process that holds the IPC channel is gone;
 * then exits with 0. Exits with 1 when disposal fails, and at once on a second signal.
 */
export function closeOnSignal(built: AsyncDisposableStack, log: Logger): void {
  let closing = false
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
  process.on('disconnect', () => close('disconnect'))
  // The parent died before this listener was added.
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
