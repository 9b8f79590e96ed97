import { hostname } from 'node:os'
import { authMode } from '@pushav/shared/api/access.ts'
import { redisUrl } from '@pushav/shared/redis/url.ts'
import {
  address,
  duration,
  fileMask,
  flag,
  level,
  optionalAddress,
  optionalDnsName,
  optionalPort,
  optionalText,
  origins,
  readSettings,
  size,
  text,
} from '@pushav/shared/settings.ts'
import { z } from 'zod'
import { type ForeignRule, parseForeignRule } from './access/subject-rules.ts'

export type Config = ReturnType<typeof readConfig>

/** Null for none, and for a port that the system chooses. */
const portOf = (text: string | undefined): number | null => Number(text) || null

/** `O=Acme,OU=Cameras; sha256:<64 hex digits>`; null where nothing is set. */
const foreignRules = z
  .string()
  .transform((list) => list.split(';').map((rule) => parseForeignRule(rule.trim())))
  .pipe(z.array(z.custom<ForeignRule>((rule) => rule !== null)))
  .optional()
  .transform((rules) => rules ?? null)
  .describe('rules such as O=Acme,OU=Cameras or sha256:<64 hex digits>, separated by semicolons')

/** The only reader of the environment. Durations come out in milliseconds, sizes in bytes. */
export function readConfig(env: NodeJS.ProcessEnv) {
  return readSettings(env, (setting) => ({
    listen: setting('INGEST_LISTEN', address, '127.0.0.1:8081'),
    redisUrl: setting('REDIS_URL', redisUrl, 'redis://127.0.0.1:6379'),
    workingDirectory: setting('WORKING_DIRECTORY', text),
    handoverFile: setting('HANDOVER_FILE', text),
    /** Names this process's journals and staging folder; unique among the processes on one working directory. */
    instance: setting('INSTANCE', text, hostname()),
    strict: setting('STRICT_MODE', flag, 'false'),
    /** Who may do what: every client everything, or each by its certificate. */
    auth: setting('AUTH', authMode.describe('open or mtls'), 'open'),
    /** A PEM file with further roots that client certificates may chain to. */
    clientCa: setting('CLIENT_CA', optionalText),
    /** Which certificates of those roots are accepted with AUTH=mtls; null for all. */
    foreignRules: setting('CLIENT_CA_ALLOW', foreignRules),
    serverIp: setting('SERVER_IP', optionalText),
    dnsName: setting('DNS_NAME', optionalDnsName),
    /** Responses also have the field names of the Matter 1.5 test harness. */
    isCompat15: setting('COMPAT', optionalText) === '1.5',
    /** Of pages that may read streams, uploads and probes. */
    allowedOrigins: setting('ALLOW_ORIGIN', origins),
    maxUploadBytes: setting('MAX_UPLOAD', size, '64GiB'),
    verdictWaitMs: setting('VERDICT_WAIT', duration, '1s'),
    /** A session without a new object for this long has ended. */
    sessionIdleMs: setting('SESSION_IDLE', duration, '60s'),
    /** Where the proxy listens, for `/about`; null where this process was not told. */
    publicPort: portOf(setting('PORT', optionalText)),
    uiPort: setting('UI_PORT', optionalPort),
    probeWaitMs: setting('PROBE_WAIT', duration, '4s'),
    /** Who may read what this process writes: `restrictFiles`. */
    umask: setting('FILE_UMASK', fileMask, '077'),
    /** Where `/metrics` is served; null for nowhere. */
    metricsAddress: setting('METRICS_ADDRESS', optionalAddress),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
