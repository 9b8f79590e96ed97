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
  // A certificate that does not verify gets a 403 that says why, per request.
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
  // Node's own 400 has no body; the proxy's says what is wrong.
  requireHostHeader: false,
})

// A connection can make the proxy hold streams times window. A session that needs more than its memory (in MB) refuses
// uploads.
const http2Options = {
  settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 256 * 1024 },
  maxSessionMemory: 64,
  // Node resets a stream that has more fields than this; those that have fewer, and too many bytes, get a 431.
  maxHeaderListPairs: 4_096,
  // Each upload that is refused early leaves a reset, and DATA frames for a stream that is closed. Node takes a
  // thousand of either on one connection for an attack and drops its uploads. stream-limit.ts limits the other
  // resets.
  streamResetBurst: 10_000,
  streamResetRate: 1_000,
  maxSessionInvalidFrames: 1_000_000,
}
