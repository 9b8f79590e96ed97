import type { SecureServerOptions } from 'node:http2'
import type { SecureContextOptions } from 'node:tls'
import type { Config } from '../config.ts'
import { maxHeaderBytes } from '../http/error-responses.ts'
import { maxConcurrentStreams } from './stream-limit.ts'

/** What the settings say of TLS and HTTP connections. */
export type ConnectionSettings = Pick<
  Config,
  'clientCertificate' | 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'keepAliveMs' | 'bodyIdleMs' | 'reusePort'
> & {
  /** Whether clients are asked for a certificate. */
  readonly requestCert: boolean
}

/** Options of the TLS server for all protocols that it speaks. */
export function secureServerOptions(
  context: SecureContextOptions,
  settings: ConnectionSettings,
): SecureServerOptions {
  return { ...context, ...tlsOptions(settings), ...http1Options(settings), ...http2Options }
}

const tlsOptions = ({ requestCert, handshakeTimeoutMs }: ConnectionSettings) => ({
  requestCert,
  // A client whose certificate does not verify gets a 403 with the reason for each request.
  rejectUnauthorized: false,
  handshakeTimeout: handshakeTimeoutMs,
  allowHalfOpen: true,
  noDelay: true,
})

const http1Options = ({ headersTimeoutMs }: ConnectionSettings) => ({
  allowHTTP1: true,
  headersTimeout: headersTimeoutMs,
  // An upload may take hours; only silence ends it, see PROXY_BODY_IDLE.
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: maxHeaderBytes,
  // Node's own 400 has no body; the proxy's own response says what is wrong.
  requireHostHeader: false,
})

// A connection can make the proxy hold maxConcurrentStreams × initialWindowSize: 32 MiB. Node refuses further streams
// of a session that needs more than maxSessionMemory, in MB.
const http2Options = {
  settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 256 * 1024 },
  maxSessionMemory: 64,
  // Node resets a stream with more header fields than this; one with fewer fields but too many bytes gets a 431.
  maxHeaderListPairs: 4_096,
  // Each upload that is refused early causes a reset, and DATA frames for a closed stream. By default Node takes a
  // thousand of either on one connection for an attack and drops its uploads. stream-limit.ts limits other resets.
  streamResetBurst: 10_000,
  streamResetRate: 1_000,
  maxSessionInvalidFrames: 1_000_000,
}
