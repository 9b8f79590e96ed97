import type { SecureServerOptions } from 'node:http2'
import type { SecureContextOptions } from 'node:tls'
import type { Config } from './config.ts'

type Limits = Pick<Config, 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'bodyIdleMs'>

/** Everything Node wants to know before the first connection. */
export function secureServerOptions(context: SecureContextOptions, limits: Limits): SecureServerOptions {
  return { ...context, ...tlsOptions(limits), ...http1Options(limits), ...http2Options }
}

const tlsOptions = ({ handshakeTimeoutMs }: Limits) => ({
  requestCert: true,
  // Certificates that do not verify are refused in words, per request.
  rejectUnauthorized: false,
  handshakeTimeout: handshakeTimeoutMs,
  allowHalfOpen: true,
  noDelay: true,
})

const http1Options = ({ headersTimeoutMs }: Limits) => ({
  allowHTTP1: true,
  headersTimeout: headersTimeoutMs,
  // An upload may take hours; what must not happen is silence, see PROXY_BODY_IDLE.
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
  // We answer HTTP/1.1 without Host ourselves, in words.
  requireHostHeader: false,
})

// What a connection may make us hold is streams times window; a session over its memory (in MB) refuses uploads.
const http2Options = {
  settings: { maxConcurrentStreams: 128, maxHeaderListSize: 16 * 1024, initialWindowSize: 256 * 1024 },
  maxSessionMemory: 64,
  // Each upload that is refused early leaves a reset and DATA frames for a stream that is no more. Node takes a
  // thousand of either in the life of a connection for an attack and drops the uploads that are on it.
  streamResetBurst: 10_000,
  streamResetRate: 1_000,
  maxSessionInvalidFrames: 1_000_000,
}
