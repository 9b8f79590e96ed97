import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from '@pushav/shared/logger.ts'
import { announcementOf, isLocal, type ListenAddress } from './announcement.ts'
import type { ResponderMessage } from './responder.ts'

/** How long the responder may take to withdraw the announcement. */
const goodbyeTimeoutMs = 1_000

/** Withdraws the announcement; never rejects. */
type Withdraw = () => Promise<void>

/**
 * Announces this server in the local network over mDNS for as long as it runs. The responder has a worker
 * thread of its own, because it exits its process on errors that it does not handle; the server survives
 * that.
 */
export function announce(dnsName: string, address: ListenAddress, log: Logger): Withdraw {
  const announcement = announcementOf(dnsName, address)
  if (isLocal(announcement))
    log.warn({ dnsName }, 'announced to this machine only, as it listens nowhere else')
  const thread = new Worker(new URL('responder.ts', import.meta.url), {
    workerData: announcement,
    execArgv: [],
    // Without the command `ip`, ciao asks Node for the interfaces; in `ip`'s output it overlooks names like
    // `eth0@if7`.
    env: { PATH: '/nonexistent' },
  })
  let isWithdrawn = false
  thread.on('message', (message: ResponderMessage) => isWithdrawn || logMessage(message, log))
  thread.on('error', (error) => log.warn({ error }, 'announcing failed'))
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  exited.then(() => isWithdrawn || log.warn('no longer announced'))

  return async function withdraw() {
    isWithdrawn = true
    thread.postMessage('end')
    await Promise.race([exited, sleep(goodbyeTimeoutMs, undefined, { ref: false })])
    await thread.terminate()
  }
}

function logMessage({ type, ...fields }: ResponderMessage, log: Logger): void {
  if (type === 'announced') log.info(fields, 'announced')
  if (type === 'renamed') log.warn(fields, 'announced under another name, because the name is taken')
  if (type === 'warning') log.warn(fields, 'mdns responder warns')
}
