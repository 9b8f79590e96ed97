import type { Logger } from './logger.ts'

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

/** What the person who starts a server with AUTH=mtls needs in order to get in. */
export interface AccessReport {
  /** The admin's certificate and key, one PEM file. */
  readonly adminFile: string
  readonly enrolmentToken: string
  readonly signInToken: string
}

interface ReadyFacts {
  readonly port?: number
  readonly uiPort?: number | null
  readonly access?: AccessReport | null
}

/** Sends the supervisor, if it opened an IPC channel, the message that this process is ready. */
export function reportReady(facts: ReadyFacts = {}): void {
  if (process.connected) process.send?.({ ready: true, ...facts })
}
