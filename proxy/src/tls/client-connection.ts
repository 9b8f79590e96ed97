import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { deviceOf, identityHeadersOf, type Peer } from '@pushav/shared/identity.ts'
import { plainAddress } from '@pushav/shared/lib/host-address.ts'
import type { ShownCertificate } from '../handshake-reporter.ts'
import type { ConnectionLimits, Excess } from '../limits/client-limits.ts'
import { fingerprintOf, shownName } from './certificate-text.ts'
import { type CertificateFault, faultOf, presentedCertificateOf } from './client-certificate.ts'
import { resetConnection } from './node-internals.ts'
import type { Trust } from './trust.ts'

/** The TLS connection of a client. What the handshake proved is computed once for all requests. */
export interface ClientConnection {
  readonly address: string
  readonly port: number
  /** The client certificate; null when the client presented none. */
  readonly shown: ShownCertificate | null
  /** Why the client certificate is not accepted now; null when it is, or when the client presented none. */
  certificateFault(): CertificateFault | null
  /** Counts a request of this client. Returns the limit that was reached, or null when the request may be served. */
  countRequest(): Excess | null
  /** Identity headers for ingest, as header lines. Send them only while `certificateFault` returns null. */
  identityHeaders(): string
  /** Closes the connection without a response: with a FIN, or at once with a RST. */
  cut(how: 'fin' | 'rst'): void
  /** Whether the server's certificate names this host name or IP address. */
  isServerName(name: string): boolean
}

interface ConnectionDeps {
  readonly trust: () => Trust
  /** Null when nothing is limited. */
  readonly limits: ConnectionLimits | null
  /** What a client whose certificate is refused can do instead, as the end of a sentence; empty for nothing. */
  readonly alternative: () => string
  /** The time in milliseconds. */
  readonly now: () => number
  /** The test of TLS clients that the connection was made to; null for none. */
  readonly tlsTest: string | null
}

/** Reads the client certificate, which Node has for a resumed TLS session too. */
export function createClientConnection(
  socket: TLSSocket,
  { trust, limits, alternative, now, tlsTest }: ConnectionDeps,
): ClientConnection {
  const presented = presentedCertificateOf(socket)
  const address = plainAddress(socket.remoteAddress ?? 'unknown')
  const port = socket.remotePort ?? 0
  const peer = readPeer()
  let identity = ''
  let secret = ''
  return {
    address,
    port,
    shown: presented && shownOf(presented.certificate),
    certificateFault() {
      const fault = presented && faultOf(presented, trust(), now())
      return fault && { ...fault, detail: `${fault.detail}${alternative()}` }
    },
    countRequest: limits ? limits.countRequest : () => null,
    cut(how) {
      if (how === 'fin') endAndLinger(socket)
      else resetConnection(socket)
    },
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
      ...(tlsTest === null ? {} : { tlsTest }),
      device: presented && !presented.chainFault ? deviceOf(presented.certificate) : null,
    }
  }
}

const maxLingerMs = 5_000

/**
 * Ends the connection and lets Node read what the client still sends for up to 5 s: the kernel would reset a TCP
 * connection that is closed with unread bytes.
 */
function endAndLinger(socket: TLSSocket): void {
  socket.end()
  const timer = setTimeout(() => socket.destroy(), maxLingerMs)
  socket.once('close', () => clearTimeout(timer))
}

const shownOf = (certificate: X509Certificate): ShownCertificate => ({
  subject: shownName(certificate.subject),
  issuer: shownName(certificate.issuer),
  not_before: certificate.validFrom,
  not_after: certificate.validTo,
  fingerprint: fingerprintOf(certificate),
})
