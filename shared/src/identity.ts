import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The client of a TLS connection, as the proxy sees it. It does not change during the connection. */
export interface Peer {
  readonly address: string
  readonly port: number
  /** Version of TLS, such as `TLSv1.3`. */
  readonly tlsVersion: string
  /** OpenSSL's name of the cipher suite, such as `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string
  /** `h2` or `http/1.1`; null when the client did not use ALPN. */
  readonly alpn: string | null
  /** The test of TLS clients that the connection was made to; absent for an ordinary connection. */
  readonly tlsTest?: string
  /** The verified certificate; null when the client presented none. */
  readonly device: Device | null
}

/** A device, known by its certificate. */
export interface Device {
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  readonly fingerprint: string
  /** Serial number in lower-case hex. */
  readonly serial: string
  /** Subject as Node prints it, its attributes joined by `, ` on one line. */
  readonly subject: string
  /** When the certificate expires, ISO 8601. */
  readonly notAfter: string
  /** The certificate's DER, base64. */
  readonly certificate: string
}

/** Whether only the proxy may set a header, so that it drops the client's. `_` counts as `-`, as in CGI. */
export function isIdentityHeader(name: string): boolean {
  return forgeable.test(name.replaceAll('_', '-'))
}
const forgeable =
  /^(client-cert.*|x-client-.*|x-ssl-.*|x-tls-.*|x-proxy-.*|x-forwarded-.*|x-real-ip|x-request-id|x-http-version|forwarded|via)$/i

/**
 * The identity of one connection as headers. `Client-Cert` follows RFC 9440. The secret takes the place of a signature:
 * an attacker who can read it between proxy and ingest can read the media, too.
 */
export function identityHeadersOf(peer: Peer, secret: string): Record<string, string> {
  const headers: Record<string, string> = {
    'x-proxy-secret': secret,
    'x-client-verify': peer.device ? 'SUCCESS' : 'NONE',
    'x-forwarded-for': peer.address,
    'x-forwarded-proto': 'https',
    'x-client-port': String(peer.port),
    'x-tls-version': peer.tlsVersion,
    'x-tls-cipher': peer.cipher,
  }
  if (peer.alpn) headers['x-tls-alpn'] = peer.alpn
  if (peer.tlsTest) headers['x-tls-test'] = peer.tlsTest
  if (!peer.device) return headers
  return {
    ...headers,
    'x-client-cert-sha256': peer.device.fingerprint,
    'x-client-cert-serial': peer.device.serial,
    'x-client-cert-subject': encodeURIComponent(peer.device.subject),
    'x-client-cert-not-after': peer.device.notAfter,
    'client-cert': `:${peer.device.certificate}:`,
  }
}

/**
 * Reads the identity from headers; null when the secret is missing or wrong, so that the headers cannot be trusted.
 * Throws when the certificate does not match its fingerprint.
 */
export function readPeer(headers: IncomingHttpHeaders, secret: string, readDevice = deviceIn): Peer | null {
  if (!isSecret(headers['x-proxy-secret'], secret)) return null
  return {
    address: textOf(headers, 'x-forwarded-for'),
    port: Number(textOf(headers, 'x-client-port')),
    tlsVersion: textOf(headers, 'x-tls-version'),
    cipher: textOf(headers, 'x-tls-cipher'),
    alpn: textOf(headers, 'x-tls-alpn') || null,
    ...(headers['x-tls-test'] ? { tlsTest: textOf(headers, 'x-tls-test') } : {}),
    device: headers['x-client-verify'] === 'SUCCESS' ? readDevice(headers) : null,
  }
}

/** A reader for `readPeer` that decodes each certificate once. It forgets all when it has decoded `maxDevices`. */
export function createDeviceReader(maxDevices = 1_000): (headers: IncomingHttpHeaders) => Device {
  const known = new Map<string, Device>()
  return (headers) => {
    const certificate = textOf(headers, 'client-cert')
    const found = known.get(certificate)
    if (found && found.fingerprint === headers['x-client-cert-sha256']) return found
    const device = deviceIn(headers)
    if (known.size >= maxDevices) known.clear()
    known.set(certificate, device)
    return device
  }
}

/** The device that a certificate identifies. */
export function deviceOf(certificate: X509Certificate): Device {
  return {
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    serial: certificate.serialNumber.toLowerCase(),
    subject: certificate.subject?.replaceAll('\n', ', ') ?? '',
    notAfter: certificate.validToDate.toISOString(),
    certificate: certificate.raw.toString('base64'),
  }
}

function deviceIn(headers: IncomingHttpHeaders): Device {
  const [, base64 = ''] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(textOf(headers, 'client-cert')) ?? []
  const der = Buffer.from(base64, 'base64')
  const fingerprint = createHash('sha256').update(der).digest('hex')
  if (fingerprint !== headers['x-client-cert-sha256'])
    throw new Error('Client-Cert does not match its fingerprint')
  return {
    fingerprint,
    serial: textOf(headers, 'x-client-cert-serial'),
    subject: decodeURIComponent(textOf(headers, 'x-client-cert-subject')),
    notAfter: textOf(headers, 'x-client-cert-not-after'),
    certificate: base64,
  }
}

function textOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function isSecret(claimed: string | string[] | undefined, secret: string): boolean {
  if (typeof claimed !== 'string' || claimed.length !== secret.length) return false
  return timingSafeEqual(Buffer.from(claimed), Buffer.from(secret))
}
