import { isIdentityHeader } from '@pushav/shared/identity.ts'
import type { Request } from 'express'
import type { Sender } from '../domain/upload.ts'
import { peerOf } from './peer.ts'

const hopByHop = /^(connection|keep-alive|transfer-encoding|te|trailer|upgrade|proxy-.*)$/i

/** Who sent a request and how, as it goes into the record. */
export function senderOf(request: Request): Sender {
  const { address, port, tlsVersion, cipher, alpn, device } = peerOf(request)
  return {
    ...{ address, port, tlsVersion, cipher, alpn },
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
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    if (!isIdentityHeader(name) && !hopByHop.test(name)) kept.push(name, value)
  }
  return kept
}
