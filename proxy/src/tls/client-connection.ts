import type { TLSSocket } from 'node:tls'
import { deviceOf, identityHeadersOf, type Peer } from '@pushav/shared/identity.ts'
import { type CertificateFault, faultOf, presentedCertificateOf } from './client-certificate.ts'
import type { Trust } from './trust.ts'

/** The TLS connection of a client: what its handshake proved, computed once for all its requests. */
export interface ClientConnection {
  readonly address: string
  readonly port: number
  /** Why the client certificate is not accepted now; null when it is, or when the client presented none. */
  certificateFault(): CertificateFault | null
  /** Identity headers for ingest, as header lines; to be sent only while there is no fault. */
  identityHeaders(): string
  /** Whether the server's certificate names this host name or IP address. */
  isServerName(name: string): boolean
}

/** Reads the client's certificate, which a resumed TLS session has too. `now` is the time in milliseconds. */
export function createClientConnection(
  socket: TLSSocket,
  trust: () => Trust,
  now: () => number,
): ClientConnection {
  const presented = presentedCertificateOf(socket)
  const address = plainAddress(socket.remoteAddress) ?? 'unknown'
  const port = socket.remotePort ?? 0
  const peer = readPeer()
  let identity = ''
  let secret = ''
  return {
    address,
    port,
    certificateFault: () => (presented ? faultOf(presented, trust(), now()) : null),
    isServerName: (name) => trust().isServerName(name),
    identityHeaders() {
      if (secret === trust().secret) return identity
      secret = trust().secret
      const headers = Object.entries(identityHeadersOf(peer, secret))
      identity = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      return identity
    },
  }

  function readPeer(): Peer {
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

/** An IPv4 address without the prefix that it has on an IPv6 socket. */
export const plainAddress = (address: string | undefined): string | undefined =>
  address?.replace(/^::ffff:(?=\d+\.)/, '')
