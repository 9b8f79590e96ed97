import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from '@pushav/shared/logger.ts'
import { announcementOf, type Door, isLocal } from './announcement.ts'
import type { Said } from './responder.ts'

/** How long a goodbye may take. */
const goodbyeMs = 1_000

/** Takes the announcement back; never fails. */
export type Withdraw = () => Promise<void>

/**
 * Announces this server in the local network for as long as it runs. In a thread of its own, because the
 * responder ends the process it is in when it does not know what to do; whatever it does, the server goes on.
 */
export function announce(dnsName: string, door: Door, log: Logger): Withdraw {
  const announcement = announcementOf(dnsName, door)
  if (isLocal(announcement))
    log.warn({ dnsName }, 'announced to this machine only, as it listens nowhere else')
  const thread = new Worker(new URL('responder.ts', import.meta.url), {
    workerData: announcement,
    execArgv: [],
    // Without `ip` it asks Node for the interfaces; of what `ip` says it overlooks every `eth0@if7`.
    env: { PATH: '/nonexistent' },
  })
  let isWithdrawn = false
  thread.on('message', (said: Said) => isWithdrawn || tell(said, log))
  thread.on('error', (error) => log.warn({ error }, 'announcing failed'))
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  ended.then(() => isWithdrawn || log.warn('no longer announced'))

  return async function withdraw() {
    isWithdrawn = true
    thread.postMessage('end')
    await Promise.race([ended, delay(goodbyeMs, undefined, { ref: false })])
    await thread.terminate()
  }
}

function tell({ what, ...fields }: Said, log: Logger): void {
  if (what === 'announced') log.info(fields, 'announced')
  if (what === 'renamed') log.warn(fields, 'announced under another name, because the name is taken')
  if (what === 'complaint') log.warn(fields, 'announcing has trouble')
}
