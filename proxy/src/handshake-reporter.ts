import type { Address } from '@pushav/shared/settings.ts'
import { postEvent } from './ingest-events.ts'

const maxConcurrentReports = 8

/** Why a client did not get as far as a request. */
export interface RefusedHandshake {
  readonly address: string
  /** Of a certificate fault, or Node's or OpenSSL's. */
  readonly code: string
  readonly reason: string
  /** What the client showed; null where the handshake ended before that, or it showed nothing. */
  readonly certificate: ShownCertificate | null
}

export interface ShownCertificate {
  readonly subject: string
  readonly issuer: string
  readonly not_before: string
  readonly not_after: string
  /** SHA-256, lower-case hex. */
  readonly fingerprint: string
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
  return async function reportHandshake({ address, code, reason, certificate }) {
    if (inFlight >= maxConcurrentReports) return
    inFlight++
    const event = { address, code: code.slice(0, 100), reason: reason.slice(0, 1_000), certificate }
    for (const ingest of ingests) if (await postEvent(ingest, 'handshake-refused', event, secret())) break
    inFlight--
  }
}
