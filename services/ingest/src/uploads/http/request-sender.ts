import type { IncomingMessage } from 'node:http'
import { hopByHopHeaders } from '@pushav/shared/http/hop-by-hop.ts'
import { isIdentityHeader, type Peer } from '@pushav/shared/identity.ts'
import { memoize } from '@pushav/shared/lib/memoize.ts'
import { recordedHeaders } from '../sender-headers.ts'
import type { Sender } from '../upload.ts'

/** Who sent a request and how, as the upload's journal line says it. */
export function senderOf(request: IncomingMessage, peer: Peer): Sender {
  const { address, port, tlsVersion, cipher, alpn, tlsTest, device } = peer
  return {
    address,
    port,
    tlsVersion,
    cipher,
    alpn,
    ...(tlsTest ? { tlsTest } : {}),
    httpVersion: String(request.headers['x-http-version'] ?? ''),
    ...recordedHeaders(headersAsSent(request.rawHeaders)),
    device: device && {
      fingerprint: device.fingerprint,
      serial: device.serial,
      subject: device.subject,
      notAfter: device.notAfter,
    },
  }
}

function headersAsSent(raw: readonly string[]): string[] {
  const sent: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (isFromDevice(name)) sent.push(name, raw[i + 1] ?? '')
  }
  return sent
}

/** Whether the device sent a header, or the proxy added it. Memoized for the process: names repeat in every request. */
const isFromDevice = memoize((name) => !isIdentityHeader(name) && !hopByHopHeaders.has(name.toLowerCase()))
