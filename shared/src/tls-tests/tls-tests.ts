import { z } from 'zod'

/**
 * Tests of TLS clients, in the order of their ports. In each of them the proxy does one thing wrong, except in the
 * first one: a client that fails there fails everywhere.
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

/** The host name of a test, below a name of the server: `expired.tls-test.example.com`. */
export const tlsTestNameOf = (id: TlsTestId, host: string): string => `${id}.tls-test.${host}`

/** The test that a server name (SNI) asks for; null when the name is not that of a test. */
export function tlsTestIn(serverName: string): TlsTestId | null {
  const [first, second] = serverName.toLowerCase().split('.')
  return second === 'tls-test' ? (tlsTestIds.find((id) => id === first) ?? null) : null
}

/** The ports of a proxy for the tests. */
export const tlsTestPorts = z.object({
  /** The port on which the server name chooses the test; null when the proxy could not listen on it. */
  by_name: z.number().int().nullable(),
  by_test: z.partialRecord(tlsTestId, z.number().int()),
})
export type TlsTestPorts = z.infer<typeof tlsTestPorts>

/** How one connection to a test went, as the proxy reports it. */
export const tlsTestConnection = z.object({
  test: tlsTestId,
  address: z.string().max(100),
  /**
   * `refused`: the handshake failed, or the client ended it. `closed`: the handshake ended well, but the client sent no
   * request. `requests`: the client sent a request. `more`: further requests on a connection reported before.
   */
  outcome: z.enum(['refused', 'closed', 'requests', 'more']),
  requests: z.number().int().min(0),
  /** Node's or OpenSSL's code with which the handshake or connection ended; empty for none. */
  code: z.string().max(100),
  /** The server name (SNI) in the ClientHello; null for none. */
  server_name: z.string().max(255).nullable(),
  /** The newest TLS version in the ClientHello; null for an unknown one. */
  offers: z.string().max(20).nullable(),
  /** The TLS version of the connection; null when the handshake failed. */
  tls_version: z.string().max(20).nullable(),
  /** The subject and SHA-256 of the certificate that the client showed; null for none. */
  certificate: z.object({ subject: z.string().max(4_096), fingerprint: z.string().max(200) }).nullable(),
})
export type TlsTestConnection = z.infer<typeof tlsTestConnection>

/** The body of `POST /events/tls-tests`. */
export const tlsTestReport = z.object({ connections: z.array(tlsTestConnection).min(1).max(1_000) })
