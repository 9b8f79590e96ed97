import { authMode } from '@pushav/shared/api/access.ts'
import { redisUrl } from '@pushav/shared/redis/url.ts'
import {
  address,
  age,
  compat,
  durability,
  duration,
  durationOrOff,
  fileMask,
  flag,
  integer,
  judge,
  level,
  optionalAddress,
  optionalDnsName,
  optionalIp,
  optionalPort,
  optionalText,
  origins,
  path,
  port,
  readSettings,
  size,
} from '@pushav/shared/settings.ts'
import { optionalStoreUrl } from '@pushav/shared/store/store-url.ts'
import { z } from 'zod'
import { type ForeignRule, parseForeignRule } from './access/subject-rules.ts'

export type Config = ReturnType<typeof readConfig>

/** A port; of a range such as `1234-1236`, in which several proxies are published, the first one. */
const firstOf = <Port extends z.ZodType>(ports: Port, words: string) =>
  z
    .string()
    .optional()
    .transform((range): unknown => range?.replace(/-\d+$/, ''))
    .pipe(ports)
    .describe(words)

const firstPort = firstOf(port.optional(), 'a port or a range of ports')
const firstUiPort = firstOf(optionalPort, 'a port or a range of ports, or off')

/** `O=Acme,OU=Cameras; sha256:<64 hex digits>`; null where nothing is set. */
const foreignRules = z
  .string()
  .transform((list) => list.split(';').map((rule) => parseForeignRule(rule.trim())))
  .pipe(z.array(z.custom<ForeignRule>((rule) => rule !== null)))
  .optional()
  .transform((rules) => rules ?? null)
  .describe('rules such as O=Acme,OU=Cameras or sha256:<64 hex digits>, separated by semicolons')

/** The name of an instance becomes a part of paths. */
const instanceName = z
  .string()
  .regex(/^\w[\w.-]{0,63}$/)
  .optional()
  .transform((name) => name ?? null)
  .describe('a name of letters, digits, dots, dashes and underscores')

/** The only reader of the environment. Durations come out in milliseconds, sizes in bytes. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const config = readFrom(env)
  if (config.durability === 'store' && config.store === null)
    throw new Error('bad settings: DURABILITY=store needs a STORE')
  if (hasPassphrase(config) && config.store === null)
    throw new Error('bad settings: STORE_PASSPHRASE needs a STORE')
  return config
}

const hasPassphrase = (
  config: Pick<ReturnType<typeof readFrom>, 'storePassphrase' | 'storePassphraseFile'>,
): boolean => config.storePassphrase !== null || config.storePassphraseFile !== null

function readFrom(env: NodeJS.ProcessEnv) {
  return readSettings(env, (setting) => ({
    listen: setting('INGEST_LISTEN', address, '127.0.0.1:8081'),
    redisUrl: setting('REDIS_URL', redisUrl, 'redis://127.0.0.1:6379'),
    workingDirectory: setting('WORKING_DIRECTORY', path),
    handoverFile: setting('HANDOVER_FILE', path),
    /**
     * Names this process's journals and staging folder; unique among the processes on one working directory. Null for
     * the first free one of ingest-1, ingest-2…
     */
    instance: setting('INSTANCE', instanceName),
    strict: setting('STRICT_MODE', flag, 'false'),
    /** Who may do what: every client everything, or each by its certificate. */
    auth: setting('AUTH', authMode.describe('open or mtls'), 'open'),
    /** A PEM file with further roots that client certificates may chain to. */
    clientCa: setting('CLIENT_CA', optionalText),
    /** Which certificates of those roots are accepted with AUTH=mtls; null for all. */
    foreignRules: setting('CLIENT_CA_ALLOW', foreignRules),
    /** The file that the secrets of all TLS connections are written to; null for none. */
    keylog: setting('KEYLOG', optionalText) || null,
    serverIp: setting('SERVER_IP', optionalIp),
    dnsName: setting('DNS_NAME', optionalDnsName),
    /** Without effect: responses have the field names of every generation of the Matter test harness. */
    compat: setting('COMPAT', compat) ?? null,
    /** Whose verdict decides the response to an upload, and the list that it is in. */
    judge: setting('JUDGE', judge, 'ours'),
    /** The origins of pages that may read streams, uploads and probes. */
    allowedOrigins: setting('ALLOW_ORIGIN', origins),
    maxUploadBytes: setting('MAX_UPLOAD', size, '64GiB'),
    verdictWaitMs: setting('VERDICT_WAIT', duration, '1s'),
    /** A session without a new object for this long has ended. */
    sessionIdleMs: setting('SESSION_IDLE', duration, '60s'),
    /**
     * What an upload that has its response outlives: the death of this process, the loss of power, or of this
     * machine.
     */
    durability: setting('DURABILITY', durability, 'process'),
    /** The object store that bodies and journals are shipped to; null for none. */
    store: setting('STORE', optionalStoreUrl),
    /** What certificates and tokens are sealed with in the store; null where they stay in the working directory. */
    storePassphrase: setting('STORE_PASSPHRASE', optionalText) || null,
    /** A file with it, in its place. */
    storePassphraseFile: setting('STORE_PASSPHRASE_FILE', optionalText) || null,
    /** How much later than its response the store may have an upload; without effect with DURABILITY=store. */
    shipWithinMs: setting('SHIP_WITHIN', duration, '2s'),
    /** How much of what the store has stays on this disk as well; 0 for all of it. */
    cacheBytes: setting('CACHE', size, '0'),
    /** How long a response waits for the store. */
    storeWaitMs: setting('STORE_WAIT', duration, '10s'),
    /** How much may be stored; 0 for no limit. */
    quotas: {
      bytes: setting('QUOTA_BYTES', size, '0'),
      uploads: setting('QUOTA_UPLOADS', integer, '0'),
      streams: setting('QUOTA_STREAMS', integer, '0'),
      streamBytes: setting('QUOTA_STREAM_BYTES', size, '0'),
      streamUploads: setting('QUOTA_STREAM_UPLOADS', integer, '0'),
      deviceBytes: setting('QUOTA_DEVICE_BYTES', size, '0'),
      deviceUploads: setting('QUOTA_DEVICE_UPLOADS', integer, '0'),
      deviceStreams: setting('QUOTA_DEVICE_STREAMS', integer, '0'),
    },
    /** What uploads leave free on the disk. */
    diskReserveBytes: setting('DISK_RESERVE', size, '64MiB'),
    /** What retention removes; 0 for no such rule. */
    retention: {
      maxAgeMs: setting('RETENTION_AGE', age, '0s'),
      maxBytes: setting('RETENTION_BYTES', size, '0'),
      minFreeBytes: setting('RETENTION_FREE', size, '0'),
    },
    /** Null: the rules are never applied. */
    retentionIntervalMs: setting('RETENTION_INTERVAL', durationOrOff, '10s'),
    /** Where the proxy listens, for `/about`; null where this process was not told, and where the system chooses. */
    publicPort: setting('PORT', firstPort) || null,
    uiPort: setting('UI_PORT', firstUiPort),
    /** Whether webhooks may reach addresses that are not of the public internet. */
    webhookAllowPrivate: setting('WEBHOOK_ALLOW_PRIVATE', flag, 'false'),
    /** How long one attempt may take. */
    webhookTimeoutMs: setting('WEBHOOK_TIMEOUT', duration, '10s'),
    /** The delay before the second attempt; it doubles before each further one. */
    webhookRetryMs: setting('WEBHOOK_RETRY', duration, '5s'),
    /** Whether the proxy tests TLS clients, and so needs certificates to show them. */
    hasTlsTests: (setting('TLS_TEST_PORT', optionalPort, 'off') ?? null) !== null,
    probeWaitMs: setting('PROBE_WAIT', duration, '4s'),
    /** Who may read what this process writes: `restrictFiles`. */
    umask: setting('FILE_UMASK', fileMask, '077'),
    /** Where `/metrics` is served; null for nowhere. */
    metricsAddress: setting('METRICS_ADDRESS', optionalAddress),
    /** Whether a supervisor gets tokens for the first device and the first browser. */
    makesStartTokens: setting('START_TOKENS', flag, 'true'),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
