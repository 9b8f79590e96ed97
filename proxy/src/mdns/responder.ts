import { networkInterfaces } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { getResponder } from '@homebridge/ciao'
import type { Announcement } from './announcement.ts'

/** What this thread has to say; it runs until it is sent a message, which makes it say goodbye. */
export type Said =
  | { readonly what: 'announced' | 'renamed'; readonly instance: string; readonly host: string }
  | { readonly what: 'complaint'; readonly reason: string }

const say = (said: Said) => parentPort?.postMessage(said)
const complain = (text: unknown) => say({ what: 'complaint', reason: String(text).split('\n')[0] ?? '' })

// The responder complains here instead of throwing.
console.log = console.warn = console.error = complain

const { name, port, addresses, withIpv6 } = workerData as Announcement
if (
  !Object.values(networkInterfaces())
    .flat()
    .some((found) => found?.family === 'IPv4')
)
  complain('there is no network interface with an IPv4 address; waiting for one')

const responder = getResponder(addresses ? { interface: [...addresses] } : {})
const service = responder.createService({
  name,
  type: 'http',
  port,
  // Said to be at the root, as is understood; the responder takes its own empty TXT for somebody else's.
  txt: { path: '/' },
  disabledIpv6: !withIpv6,
  ...(addresses && { restrictedAddresses: [...addresses] }),
})
const names = () => ({ instance: service.getFQDN(), host: service.getHostname() })
service.on('name-change', () => say({ what: 'renamed', ...names() }))
service.on('hostname-change', () => {})
parentPort?.once('message', () => responder.shutdown().finally(() => process.exit()))

await service.advertise()
say({ what: 'announced', ...names() })
