import type { TlsTestConnection, TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'

/** All connections of one address to one test, added up. */
export interface TestResult {
  readonly test: TlsTestId
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
  /** Of the newest connection: the code that it ended with, the version that it offered, the one that was agreed on. */
  readonly code: string
  readonly offers: string | null
  readonly tlsVersion: string | null
  readonly serverName: string | null
  /** The newest certificate that the client showed; null for none. */
  readonly certificate: TlsTestConnection['certificate']
}

/** Results of the tests of TLS clients; those of the 1000 newest pairs of test and address stay. */
export interface TestResults {
  /** Adds connections up. Throws `Unavailable` while Redis does not respond. */
  record(connections: readonly TlsTestConnection[]): Promise<void>
  /**
   * Forgets the results of an address, or all; returns how many there were. Throws `Unavailable` while Redis does not
   * respond.
   */
  clear(address: string | null): Promise<number>
  /** Newest first. Throws `Unavailable` while Redis does not respond. */
  newest(): Promise<readonly TestResult[]>
}
