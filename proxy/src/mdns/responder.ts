import { networkInterfaces } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { getResponder } from '@homebridge/ciao'
import type { Announcement } from './announcement.ts'

/** What this thread reports. On any message it withdraws the announcement and exits. */
export type ResponderMessage =
  | { readonly type: 'announced' | 'renamed'; readonly instance: string; readonly host: string }
  | { readonly type: 'warning'; readonly reason: string }

const report = (message: ResponderMessage) => parentPort?.postMessage(message)
const warn = (text: unknown) => report({ type: 'warning', reason: String(text).split('\n')[0] ?? '' })

// ciao prints its errors instead of throwing them.
console.log = console.warn = console.error = warn

const { name, port, addresses, withIpv6 } = workerData as Announcement
if (
  !Object.values(networkInterfaces())
    .flat()
    .some((found) => found?.family === 'IPv4')
)
  warn('there is no network interface with an IPv4 address; waiting for one')

const responder = getResponder(addresses ? { interface: [...addresses] } : {})
const service = responder.createService({
  name,
  type: 'http',
  port,
  // An explicit record, because ciao mistakes its own empty TXT record for that of another host.
  txt: { path: '/' },
  disabledIpv6: !withIpv6,
  ...(addresses && { restrictedAddresses: [...addresses] }),
})
const names = () => ({ instance: service.getFQDN(), host: service.getHostname() })
service.on('name-change', () => report({ type: 'renamed', ...names() }))
service.on('hostname-change', () => {})
parentPort?.once('message', () => responder.shutdown().finally(() => process.exit()))

await service.advertise()
report({ type: 'announced', ...names() })
