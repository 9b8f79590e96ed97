import {
  address,
  duration,
  level,
  optionalAddress,
  optionalDnsName,
  optionalPort,
  optionalText,
  port,
  readSettings,
  text,
} from '@pushav/shared/settings.ts'
import { z } from 'zod'

export type Config = ReturnType<typeof readConfig>

/** What happens to a client whose certificate does not verify: a 403 for each request, or no connection. */
const certificatePolicy = z.enum(['report', 'reject']).describe('report or reject')

/** `unix:/run/one.sock,unix:/run/two.sock` */
const addresses = z
  .string()
  .transform((list) => list.split(',').map((item) => item.trim()))
  .pipe(z.array(address))
  .describe('unix:/path or host:port, or several of them separated by commas')

/** The only reader of the environment. Every duration comes out in milliseconds. */
export function readConfig(env: NodeJS.ProcessEnv) {
  return readSettings(env, (setting) => ({
    host: setting('HOST', text, 'localhost'),
    port: setting('PORT', port, '1234'),
    /** The port that asks for no client certificate; null for none, undefined for the one after `port`. */
    uiPort: setting('UI_PORT', optionalPort),
    /** Where that port listens; undefined for where the other one does. */
    uiHost: setting('UI_HOST', optionalText),
    dnsName: setting('DNS_NAME', optionalDnsName),
    ingests: setting('INGEST_ADDRESS', addresses),
    handoverFile: setting('HANDOVER_FILE', text),
    clientCertificate: setting('CLIENT_CERTIFICATE', certificatePolicy, 'report'),
    handshakeTimeoutMs: setting('PROXY_HANDSHAKE_TIMEOUT', duration, '10s'),
    headersTimeoutMs: setting('PROXY_HEADERS_TIMEOUT', duration, '20s'),
    keepAliveMs: setting('PROXY_KEEP_ALIVE', duration, '75s'),
    // ffmpeg opens a request up to 65 s, the length of a segment, before the first byte of its body.
    bodyIdleMs: setting('PROXY_BODY_IDLE', duration, '3m'),
    upstreamWaitMs: setting('PROXY_UPSTREAM_WAIT', duration, '10s'),
    drainMs: setting('PROXY_DRAIN', duration, '10s'),
    /** Where `/metrics` is served; null for nowhere. */
    metricsAddress: setting('METRICS_ADDRESS', optionalAddress),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
