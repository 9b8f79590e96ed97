/** TLS handshakes and client certificates that were refused; equal ones within a minute are one. */
export interface Refusals {
  /** Records a refusal; the number of equal ones in this minute. Throws `Unavailable` while Redis does not respond. */
  record(refused: RefusedClient): Promise<number>
  /** Newest first. Throws `Unavailable` while Redis does not respond. */
  newest(limit: number): Promise<readonly RefusalRecord[]>
}

/** A client that the proxy refused. */
export interface RefusedClient {
  readonly address: string
  readonly code: string
  readonly reason: string
  /** The certificate that the client showed; null for none. */
  readonly certificate: ShownCertificate | null
}

interface ShownCertificate {
  readonly subject: string
  readonly issuer: string
  readonly not_before: string
  readonly not_after: string
  readonly fingerprint: string
}

/** Equal refusals of one minute. */
export interface RefusalRecord extends RefusedClient {
  /** The time of the newest of them, ISO 8601. */
  readonly at: string
  readonly count: number
}
