import type { SecureServerOptions } from 'node:http2'
import type { SecureContextOptions } from 'node:tls'
import type { Config } from '../config.ts'
import { maxHeaderBytes } from '../http/error-responses.ts'
import { maxConcurrentStreams } from './stream-limit.ts'

type Limits = Pick<Config, 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'bodyIdleMs'> & {
  /** Whether clients are asked for a certificate. */
  readonly requestCert: boolean
}

/** Options of the TLS server for all protocols that it speaks. */
export function secureServerOptions(context: SecureContextOptions, limits: Limits): SecureServerOptions {
  return { ...context, ...tlsOptions(limits), ...http1Options(limits), ...http2Options }
}

const tlsOptions = ({ requestCert, handshakeTimeoutMs }: Limits) => ({
  requestCert,
  // A certificate that does not verify gets a 403 that says why, per request.
  rejectUnauthorized: false,
  handshakeTimeout: handshakeTimeoutMs,
  allowHalfOpen: true,
  noDelay: true,
})

const http1Options = ({ headersTimeoutMs }: Limits) => ({
  allowHTTP1: true,
  headersTimeout: headersTimeoutMs,
  // An upload may take hours; only silence ends it, see PROXY_BODY_IDLE.
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: maxHeaderBytes,
  // Node's own 400 has no body; the proxy's says what is wrong.
  requireHostHeader: false,
})

// A connection can make the proxy hold streams times window; a session over its memory (in MB) refuses
// uploads.
const http2Options = {
  settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 256 * 1024 },
  maxSessionMemory: 64,
  // Node resets a stream that has more fields than this; those that have fewer, and too many bytes, get a 431.
  maxHeaderListPairs: 4_096,
  // Each upload that is refused early leaves a reset and DATA frames for a stream that is closed. Node takes
  // a thousand of either during a connection for an attack and drops the uploads that are on it. Other resets
  // have a budget of their own, see stream-limit.ts.
  streamResetBurst: 10_000,
  streamResetRate: 1_000,
  maxSessionInvalidFrames: 1_000_000,
}
