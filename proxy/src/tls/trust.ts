import { constants, hkdfSync, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { Handover } from '@pushav/shared/handover.ts'
import { oneLine } from './certificate-text.ts'

/** The contents of the handover file, prepared for use in every request. */
export interface Trust {
  readonly secret: string
  readonly rootNames: readonly string[]
  /** The accepted roots. */
  readonly roots: readonly X509Certificate[]
  /** Whether a host name or IP address is one of those in the server's certificate. */
  isServerName(name: string): boolean
  readonly revokedSerials: ReadonlySet<string>
  /** Whether ingest wants the secrets of TLS connections. */
  readonly keylog: boolean
  /** Certificates and keys of the tests of TLS clients; empty when the tests are off. */
  readonly tlsTests: NonNullable<Handover['tlsTests']>
  /** All options of the context: `setSecureContext` drops every option that a new call does not repeat. */
  readonly context: SecureContextOptions
  /**
   * Keys of session tickets. All proxies with this server key derive the same, so that a client can resume its session
   * at any of them. Each of the two ports has keys of its own.
   */
  ticketKeysOf(port: 'device' | 'browser'): Buffer
}

/** Throws when the key does not belong to the certificate or a root cannot be read. */
export function trustOf(handover: Handover): Trust {
  const roots = certificatesIn(handover.deviceRoots)
  const server = new X509Certificate(handover.serverCertificate)
  return {
    secret: handover.secret,
    rootNames: roots.map(({ subject }) => oneLine(subject)),
    roots,
    isServerName: (name) => (isIP(name) ? server.checkIP(name) : server.checkHost(name)) !== undefined,
    revokedSerials: new Set(handover.revokedSerials),
    keylog: handover.keylog,
    tlsTests: handover.tlsTests ?? {},
    context: {
      cert: handover.serverCertificate,
      key: handover.serverKey,
      ca: handover.deviceRoots,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    },
    ticketKeysOf: (port) => ticketKeysOf(handover.serverKey, port),
  }
}

/** Node's ticket keys: a name, an HMAC key and an AES key of 16 bytes each. They change with the server's key. */
const ticketKeysOf = (serverKey: string, port: string): Buffer =>
  Buffer.from(hkdfSync('sha256', serverKey, '', `session tickets, ${port}`, 48))

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.split(certificateBegin).slice(1)
  if (blocks.length === 0) throw new Error('no device root in the handover file')
  return blocks.map((block) => new X509Certificate(`${certificateBegin}${block}`))
}

const certificateBegin = '-----BEGIN CERTIFICATE-----'
