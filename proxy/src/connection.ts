import type { TLSSocket } from 'node:tls'
import { deviceOf, identityHeadersOf, type Peer } from '@pushav/shared/identity.ts'
import { type CertificateFault, faultOf, presentedBy } from './client-certificate.ts'
import type { Trust } from './trust.ts'

/** One TLS connection: what its handshake proved, worked out once for all its requests. */
export interface Connection {
  readonly address: string
  readonly port: number
  /** Why the client certificate does not count now; null when it does or there is none. */
  fault(): CertificateFault | null
  /** Identity headers, as they are written; not to be sent while there is a fault. */
  identity(): string
}

/** Reads the peer's certificate, which resumed sessions have too. */
export function openConnection(socket: TLSSocket, trust: () => Trust): Connection {
  const presented = presentedBy(socket)
  const address = plainAddress(socket.remoteAddress) ?? 'unknown'
  const port = socket.remotePort ?? 0
  const peer = peerOf()
  let identity = ''
  let secret = ''
  return {
    address,
    port,
    fault: () => (presented ? faultOf(presented, trust(), Date.now()) : null),
    identity() {
      if (secret === trust().secret) return identity
      secret = trust().secret
      const headers = Object.entries(identityHeadersOf(peer, secret))
      identity = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      return identity
    },
  }

  function peerOf(): Peer {
    return {
      address,
      port,
      tlsVersion: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher()?.name ?? 'unknown',
      alpn: socket.alpnProtocol || null,
      device: presented && !presented.chainFault ? deviceOf(presented.certificate) : null,
    }
  }
}

/** IPv4 as IPv4, also where it comes in through an IPv6 socket. */
export const plainAddress = (address: string | undefined): string | undefined =>
  address?.replace(/^::ffff:(?=\d+\.)/, '')
