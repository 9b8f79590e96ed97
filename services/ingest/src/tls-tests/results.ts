import type { TlsTestConnection, TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'

/** All connections to one test with one client certificate, or without one from one address, added up. */
export interface TestResult {
  readonly test: TlsTestId
  /** The newest. */
  readonly address: string
  readonly connections: number
  /** Connections that ended in the handshake. */
  readonly refused: number
  /** Connections that ended behind the handshake without a request. */
  readonly closed: number
  readonly requests: number
  /** ISO 8601. */
  readonly firstAt: string
  readonly lastAt: string
  /** The code that the newest connection ended with; empty for none. The next fields are of that connection, too. */
  readonly code: string
  /** The newest TLS version that the client offered. */
  readonly offers: string | null
  /** The version that was agreed on. */
  readonly tlsVersion: string | null
  readonly serverName: string | null
  readonly certificate: TlsTestConnection['certificate']
}

/** Results of the tests of TLS clients; those of the 1000 newest pairs of test and client stay. */
export interface TestResults {
  /** Adds connections up. Throws `Unavailable` while Redis does not respond. */
  record(connections: readonly TlsTestConnection[]): Promise<void>
  /**
   * Forgets the results of a client, an address or the fingerprint of a certificate, or all; returns how many there
   * were. Throws `Unavailable` while Redis does not respond.
   */
  clear(client: {
    readonly address?: string | undefined
    readonly certificate?: string | undefined
  }): Promise<number>
  /** Newest first. Throws `Unavailable` while Redis does not respond. */
  newest(): Promise<readonly TestResult[]>
}
