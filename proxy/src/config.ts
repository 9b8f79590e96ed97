import { optionalRedisUrl } from '@pushav/shared/redis/url.ts'
import {
  address,
  duration,
  flag,
  level,
  limit,
  optionalAddress,
  optionalDnsName,
  optionalPort,
  optionalText,
  path,
  port,
  readSettings,
  sizeLimit,
  text,
} from '@pushav/shared/settings.ts'
import { z } from 'zod'

export type Config = ReturnType<typeof readConfig>

/** What happens to a client whose certificate does not verify: a 403 for each request, or no connection. */
const certificatePolicy = z.enum(['report', 'reject']).describe('report or reject')

/** Addresses of ingest processes, such as `unix:/run/one.sock,unix:/run/two.sock`. */
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
    /** The port for browsers, which asks for no client certificate: null for none, undefined for `port` + 1. */
    uiPort: setting('UI_PORT', optionalPort),
    /** The host on which the port for browsers listens; undefined for `host`. */
    uiHost: setting('UI_HOST', optionalText),
    /** Whether other proxies of this machine listen on the same ports. */
    reusePort: setting('REUSE_PORT', flag, 'false'),
    dnsName: setting('DNS_NAME', optionalDnsName),
    /** The first port for tests of TLS clients; null for none. */
    tlsTestPort: setting('TLS_TEST_PORT', optionalPort, 'off') ?? null,
    ingests: setting('INGEST_ADDRESS', addresses),
    handoverFile: setting('HANDOVER_FILE', path),
    clientCertificate: setting('CLIENT_CERTIFICATE', certificatePolicy, 'report'),
    handshakeTimeoutMs: setting('PROXY_HANDSHAKE_TIMEOUT', duration, '10s'),
    headersTimeoutMs: setting('PROXY_HEADERS_TIMEOUT', duration, '20s'),
    keepAliveMs: setting('PROXY_KEEP_ALIVE', duration, '75s'),
    // ffmpeg opens a request up to 65 s, the duration of a segment, before the first byte of the body.
    bodyIdleMs: setting('PROXY_BODY_IDLE', duration, '3m'),
    upstreamWaitMs: setting('PROXY_UPSTREAM_WAIT', duration, '10s'),
    drainMs: setting('PROXY_DRAIN', duration, '10s'),
    limits: {
      // Enough for 1000 cameras behind one address with eight connections each; one proxy serves no more than that.
      address: {
        connections: setting('MAX_ADDRESS_CONNECTIONS', limit, '8192'),
        handshakes: setting('MAX_ADDRESS_HANDSHAKES', limit, '5000'),
        requests: setting('MAX_ADDRESS_REQUESTS', limit, '50000'),
        bytes: setting('MAX_ADDRESS_BYTES', sizeLimit, 'off'),
      },
      certificate: {
        connections: setting('MAX_CERTIFICATE_CONNECTIONS', limit, '8192'),
        handshakes: setting('MAX_CERTIFICATE_HANDSHAKES', limit, '5000'),
        requests: setting('MAX_CERTIFICATE_REQUESTS', limit, '50000'),
        bytes: setting('MAX_CERTIFICATE_BYTES', sizeLimit, 'off'),
      },
    },
    /** The Redis in which several proxies count together; undefined where each counts alone. */
    limitsRedisUrl: setting('LIMITS_REDIS_URL', optionalRedisUrl),
    /** Where `/metrics` is served; null for nowhere. */
    metricsAddress: setting('METRICS_ADDRESS', optionalAddress),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
