import type { IngestEvents } from './ingest-events.ts'

const maxConcurrentReports = 8
const maxCodeCharacters = 100
const maxReasonCharacters = 1_000

/** Why a client did not get as far as a request. */
export interface RefusedHandshake {
  readonly address: string
  /**
   * The code of a certificate fault, or of an error of Node or OpenSSL. The latter has the prefix `BROWSER_` on the
   * port for browsers.
   */
  readonly code: string
  readonly reason: string
  /** The client certificate; null when the client sent none, or the handshake ended before that. */
  readonly certificate: ShownCertificate | null
}

/** A client certificate in the field names of the report to ingest. */
export interface ShownCertificate {
  readonly subject: string
  readonly issuer: string
  readonly not_before: string
  readonly not_after: string
  /** SHA-256, lower-case hex. */
  readonly fingerprint: string
}

/**
 * Reports refused handshakes to ingest, which logs them with advice and publishes them as events. Resolves with whether
 * ingest accepted the report, and never rejects: while eight reports are in flight, further ones are dropped.
 */
export function createHandshakeReporter(
  events: Pick<IngestEvents, 'postToAny'>,
): (refused: RefusedHandshake) => Promise<boolean> {
  let inFlight = 0
  return async function reportHandshake({ address, code, reason, certificate }) {
    if (inFlight >= maxConcurrentReports) return false
    inFlight++
    const event = {
      address,
      code: code.slice(0, maxCodeCharacters),
      reason: reason.slice(0, maxReasonCharacters),
      certificate,
    }
    const isAccepted = await events.postToAny('handshake-refused', event)
    inFlight--
    return isAccepted
  }
}
