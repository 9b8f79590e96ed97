import { hostname } from 'node:os'
import { redisUrl } from '@pushav/shared/redis/url.ts'
import {
  address,
  duration,
  fileMask,
  flag,
  level,
  optionalDnsName,
  optionalText,
  readSettings,
  size,
  text,
} from '@pushav/shared/settings.ts'

export type Config = ReturnType<typeof readConfig>

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
    serverIp: setting('SERVER_IP', optionalText),
    dnsName: setting('DNS_NAME', optionalDnsName),
    /** Responses also have the field names of the Matter 1.5 test harness. */
    isCompat15: setting('COMPAT', optionalText) === '1.5',
    maxUploadBytes: setting('MAX_UPLOAD', size, '64GiB'),
    verdictWaitMs: setting('VERDICT_WAIT', duration, '1s'),
    /** A session without a new object for this long has ended. */
    sessionIdleMs: setting('SESSION_IDLE', duration, '60s'),
    probeWaitMs: setting('PROBE_WAIT', duration, '4s'),
    /** Who may read what this process writes: `restrictFiles`. */
    umask: setting('FILE_UMASK', fileMask, '077'),
    logLevel: setting('LOG_LEVEL', level, 'info'),
  }))
}
