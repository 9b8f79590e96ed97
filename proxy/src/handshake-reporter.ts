import { request } from 'node:http'
import type { Address } from '@pushav/shared/settings.ts'

const maxConcurrentReports = 8
const timeoutMs = 2_000

/** Why a client did not get as far as a request. */
export interface RefusedHandshake {
  readonly address: string
  /** Of a certificate fault, or Node's or OpenSSL's. */
  readonly code: string
  readonly reason: string
}

/**
 * Reports refused handshakes to the first ingest that can be reached, which publishes them as events. Never
 * rejects: while eight reports are in flight further ones are dropped, and so is one that no ingest accepts.
 * The log has them all.
 */
export function createHandshakeReporter(
  ingests: readonly Address[],
  secret: () => string,
): (refused: RefusedHandshake) => Promise<void> {
  let inFlight = 0
  return async function reportHandshake({ address, code, reason }) {
    if (inFlight >= maxConcurrentReports) return
    inFlight++
    const body = JSON.stringify({ address, code: code.slice(0, 100), reason: reason.slice(0, 1_000) })
    for (const ingest of ingests) if (await post(ingest, body, secret())) break
    inFlight--
  }
}

/** Whether ingest responded. */
function post(ingest: Address, body: string, secret: string): Promise<boolean> {
  const target = 'path' in ingest ? { socketPath: ingest.path } : { host: ingest.host, port: ingest.port }
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-proxy-secret': secret,
    'x-proxy-event': 'handshake-refused',
  }
  const path = '/events/handshake-refused'
  return new Promise((resolve) => {
    const sent = request({ ...target, agent: false, method: 'POST', path, headers, timeout: timeoutMs })
    sent.on('timeout', () => sent.destroy())
    sent.on('response', (response) => {
      response.resume()
      resolve(true)
    })
    sent.on('error', () => undefined)
    sent.on('close', () => resolve(false))
    sent.end(body)
  })
}
