import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type DnsRecord, queryFor, recordsIn } from './dns-message.ts'

const group = '224.0.0.251'
const port = 5353

/** Receives the mDNS messages that are multicast on the interface with this address. */
export async function listenToMdns(address: string) {
  const received: DnsRecord[][] = []
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (message) => {
    received.push(recordsIn(message))
    socket.emit('received')
  })
  socket.bind(port)
  await once(socket, 'listening')
  socket.addMembership(group, address)
  socket.setMulticastInterface(address)
  return {
    ask: (service: string) => socket.send(queryFor(service), port, group),
    message,
    close: () => void socket.close(),
  }

  /** Resolves with the records of the first message, received already or not, that has a wanted record. */
  async function message(isWanted: (record: DnsRecord) => boolean, from = 0): Promise<DnsRecord[]> {
    for (;;) {
      const found = received.slice(from).find((records) => records.some(isWanted))
      if (found) return found
      await once(socket, 'received')
    }
  }
}
