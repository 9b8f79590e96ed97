/** TLS handshakes and client certificates that were refused; equal ones within a minute are one. */
export interface Refusals {
  /** Returns how many equal ones there were in this minute. Throws `Unavailable` while Redis does not respond. */
  record(refused: RefusedClient): Promise<number>
  /** Newest first. Throws `Unavailable` while Redis does not respond. */
  newest(limit: number): Promise<readonly Refusal[]>
}

/** What the proxy saw. */
export interface RefusedClient {
  readonly address: string
  readonly code: string
  readonly reason: string
  /** What the client showed; null for none. */
  readonly certificate: ShownCertificate | null
}

interface ShownCertificate {
  readonly subject: string
  readonly issuer: string
  readonly not_before: string
  readonly not_after: string
  readonly fingerprint: string
}

export interface Refusal extends RefusedClient {
  /** The newest of them, ISO 8601. */
  readonly at: string
  readonly count: number
}
