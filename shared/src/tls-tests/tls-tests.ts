import { z } from 'zod'

/**
 * Tests of TLS clients, in the order of their ports. In each the proxy shows a client one thing that is wrong, but
 * for the first: a client that fails there fails everywhere.
 */
export const tlsTestIds = [
  'good',
  'wrong-name',
  'expired',
  'not-yet-valid',
  'self-signed',
  'unknown-ca',
  'missing-intermediate',
  'wrong-usage',
  'tls13-only',
  'tls12-only',
  'tls11-only',
  'null-cipher',
  'cut-fin',
  'cut-reset',
] as const
export const tlsTestId = z.enum(tlsTestIds)
export type TlsTestId = z.infer<typeof tlsTestId>

/** The name of a test below one of the server's, such as `expired.tls-test.example.com`. */
export const tlsTestNameOf = (id: TlsTestId, host: string): string => `${id}.tls-test.${host}`

/** The test that a server name (SNI) asks for; null for a name without one. */
export function tlsTestIn(serverName: string): TlsTestId | null {
  const [first, second] = serverName.toLowerCase().split('.')
  return second === 'tls-test' ? (tlsTestIds.find((id) => id === first) ?? null) : null
}

/** Where a proxy can be reached for the tests. */
export const tlsTestPorts = z.object({
  /** The port on which the server name chooses the test; null where it could not be listened on. */
  by_name: z.number().int().nullable(),
  by_test: z.partialRecord(tlsTestId, z.number().int()),
})
export type TlsTestPorts = z.infer<typeof tlsTestPorts>

/** How one connection to a test went, as the proxy saw it. */
export const tlsTestConnection = z.object({
  test: tlsTestId,
  address: z.string().max(100),
  /**
   * `refused`: the client ended the handshake, or it failed; `closed`: the handshake ended well, and no request came;
   * `requests`: at least one came. `more`: further requests on a connection that was reported before.
   */
  outcome: z.enum(['refused', 'closed', 'requests', 'more']),
  requests: z.number().int().min(0),
  /** Node's or OpenSSL's code of the end of a handshake or connection; empty for none. */
  code: z.string().max(100),
  /** What the client's hello says: the name it asks for, and the newest TLS version it offers; null for none. */
  server_name: z.string().max(255).nullable(),
  offers: z.string().max(20).nullable(),
  /** What was agreed on; null where the handshake did not end. */
  tls_version: z.string().max(20).nullable(),
  /** The subject and SHA-256 of the certificate that the client showed; null for none. */
  certificate: z.object({ subject: z.string().max(4_096), fingerprint: z.string().max(200) }).nullable(),
})
export type TlsTestConnection = z.infer<typeof tlsTestConnection>

/** The body of `POST /events/tls-tests`. */
export const tlsTestReport = z.object({ connections: z.array(tlsTestConnection).min(1).max(1_000) })
