export interface ProxyMetrics {
  /** A TLS handshake ended well; `protocol` is what ALPN chose. */
  connected(protocol: string): void
  /** A handshake failed, or its certificate is not accepted. */
  refused(code: string): void
  /** A client had too much of something; `limit` is `address-requests` or the like. */
  limited(limit: string): void
  /** An exchange is over; `outcome` is a code of an error response, or how it ended. */
  exchanged(method: string, outcome: string, durationMs: number): void
}

/** Counts nothing, at no cost. */
export const noProxyMetrics: ProxyMetrics = {
  connected: () => undefined,
  refused: () => undefined,
  limited: () => undefined,
  exchanged: () => undefined,
}
