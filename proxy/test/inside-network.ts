import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { curl } from './clients.ts'
import { listenToMdns } from './mdns-listener.ts'
import { runProxy } from './running-proxy.ts'

/** The program that tests run in a network namespace: it runs one scene with a proxy and prints one line of JSON. */
const scenes = { everywhere, silent, taken, alone }
const scene = scenes[process.argv[2] as keyof typeof scenes]
console.log(JSON.stringify(await scene()))
process.exit()

/** A proxy that listens on all addresses, and the records that the network receives. */
async function everywhere() {
  const network = await listenToMdns('192.0.2.77')
  const proxy = await runProxy({ HOST: '0.0.0.0', DNS_NAME: 'pavs' })
  const records = await network.message(({ type, data }) => type === 'A' && data === '192.0.2.77')
  await proxy.close()
  const goodbye = await network.message(({ type, ttl }) => type === 'SRV' && ttl === 0)
  return { port: proxy.port, records, goodbye }
}

/** A proxy without DNS_NAME, which opens no UDP socket. */
async function silent() {
  const proxy = await runProxy({ HOST: '0.0.0.0' })
  const [, ...udpSockets] = readFileSync('/proc/net/udp', 'utf8').trim().split('\n')
  await proxy.close()
  return { udpSockets }
}

/** Another program has bound the port of mDNS exclusively. */
async function taken() {
  const other = createSocket('udp4')
  other.bind(5353)
  await once(other, 'listening')
  return troubled()
}

/** No interface has an IPv4 address. */
async function alone() {
  return troubled()
}

async function troubled() {
  const proxy = await runProxy({ HOST: '::', DNS_NAME: 'pavs' })
  const { reason } = await proxy.logged('mdns responder warns')
  const { status } = await curl(proxy.port, '/x', [])
  const before = Date.now()
  await proxy.close()
  return { reason, status, closedMs: Date.now() - before }
}
