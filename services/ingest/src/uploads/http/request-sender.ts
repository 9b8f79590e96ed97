import type { IncomingMessage } from 'node:http'
import { isIdentityHeader, type Peer } from '@pushav/shared/identity.ts'
import { memoize } from '@pushav/shared/lib/memoize.ts'
import type { Sender } from '../upload.ts'

/** Who sent a request and how, as it goes into the record. */
export function senderOf(request: IncomingMessage, peer: Peer): Sender {
  const { address, port, tlsVersion, cipher, alpn, device } = peer
  return {
    address,
    port,
    tlsVersion,
    cipher,
    alpn,
    httpVersion: String(request.headers['x-http-version'] ?? ''),
    headers: headersAsSent(request.rawHeaders),
    device: device && {
      fingerprint: device.fingerprint,
      serial: device.serial,
      subject: device.subject,
      notAfter: device.notAfter,
    },
  }
}

function headersAsSent(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (isSenders(name)) kept.push(name, raw[i + 1] ?? '')
  }
  return kept
}

const hopByHop = /^(connection|keep-alive|transfer-encoding|te|trailer|upgrade|proxy-.*)$/i

const isSenders = memoize((name) => !isIdentityHeader(name) && !hopByHop.test(name))
