import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { authMode } from '@pushav/shared/api/access.ts'
import { invocationDirectory } from '@pushav/shared/process/invocation-directory.ts'
import { optionalRedisUrl } from '@pushav/shared/redis/url.ts'
import {
  compat,
  durability,
  flag,
  judge,
  level,
  optionalDnsName,
  optionalDuration,
  optionalIp,
  optionalPort,
  optionalSize,
  optionalTcpAddress,
  optionalText,
  origins,
  port,
  readSettings,
  text,
} from '@pushav/shared/settings.ts'
import { optionalStoreUrl } from '@pushav/shared/store/store-url.ts'
import { z } from 'zod'
import { smallFfprobe } from './small-ffprobe/small-ffprobe.ts'
import { workers } from './worker-count.ts'

export type Options = ReturnType<typeof readOptions>

/**
 * Reads flags and environment variables; flags win. Throws an error whose message names every invalid one in one
 * sentence.
 */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv) {
  const given = parseFlags(argv)
  const options = readSettings({ ...env, ...given }, (setting) => {
    const named = (option: string, variable: string) => (`--${option}` in given ? `--${option}` : variable)
    return {
      host: setting(named('host', 'HOST'), host, 'localhost'),
      port: setting(named('port', 'PORT'), port, '1234'),
      /** The port for browsers, without client certificates: null for none, undefined for `port` + 1. */
      uiPort: setting(named('ui-port', 'UI_PORT'), optionalPort),
      /** The first port for tests of TLS clients; null for none. */
      tlsTestPort: setting(named('tls-test-port', 'TLS_TEST_PORT'), optionalPort, 'off') ?? null,
      workingDirectory: pathOf(setting(named('working-directory', 'WORKING_DIRECTORY'), optionalText), env),
      auth: setting(named('auth', 'AUTH'), authMode.describe('open or mtls'), 'open'),
      clientCa: pathOf(setting(named('client-ca', 'CLIENT_CA'), optionalText), env),
      /** The file for the secrets of all TLS connections; null for none. */
      keylog: pathOf(setting(named('keylog', 'KEYLOG'), optionalText), env),
      strictMode: setting(named('strict-mode', 'STRICT_MODE'), flag, 'false'),
      dns: setting(named('dns', 'DNS_NAME'), optionalDnsName),
      serverIp: setting(named('server-ip', 'SERVER_IP'), optionalIp),
      compat: setting(named('compat', 'COMPAT'), compat),
      /** Which failure an upload survives once it has its response. */
      durability: setting(named('durability', 'DURABILITY'), durability, 'process'),
      /** URL of the object store for bodies and journals, as the user wrote it; ingest parses it. */
      store: setting(named('store', 'STORE'), storeUrl),
      /** How long after its response an upload may reach the store; undefined for ingest's default. */
      shipWithin: setting(named('ship-within', 'SHIP_WITHIN'), optionalDuration),
      /** How much of what the store has stays on this disk; undefined for ingest's default. */
      cache: setting(named('cache', 'CACHE'), optionalSize),
      /** How much of the disk uploads leave free; undefined for ingest's default. */
      diskReserve: setting(named('disk-reserve', 'DISK_RESERVE'), optionalSize),
      judge: setting(named('judge', 'JUDGE'), judge, 'ours'),
      redisUrl: setting(named('redis', 'REDIS_URL'), optionalRedisUrl),
      allowedOrigins: setting(named('allow-origin', 'ALLOW_ORIGIN'), origins),
      /** Whether the arguments of this process hold a password. */
      showsPassword: /:\/\/[^/]*:[^/]*@/.test(given['--redis'] ?? ''),
      /** Rebuild the index from the journals, and exit. */
      reindex: '--reindex' in given,
      /** Copy the working directory to this folder, and exit; null for no backup. */
      backup: pathOf(given['--backup'], env),
      /** Give both roots twenty more years, and exit. */
      renewRoots: '--renew-roots' in given,
      /** How many pairs of a proxy and an ingest process run. */
      workers: setting(named('workers', 'WORKERS'), workers, '1'),
      /** Whether a small ffprobe is built in the background. */
      smallFfprobe: setting(named('small-ffprobe', 'SMALL_FFPROBE'), smallFfprobe, 'auto'),
      /** A folder with the source package of ffmpeg; null to take it from the machine's package sources. */
      ffprobeSource: pathOf(setting('FFPROBE_SOURCE', optionalText), env),
      /** Restart a process when its sources change. */
      watch: '--watch' in given,
      /**
       * Where ingest serves `/metrics`. The proxy serves it on the next port, the probe worker on the port after that.
       */
      metrics: setting(named('metrics', 'METRICS_ADDRESS'), optionalTcpAddress),
      logLevel: setting('LOG_LEVEL', level, 'info'),
    }
  })
  const { port: devicePort, uiPort } = options
  if (devicePort !== 0 && uiPort === devicePort)
    throw new Error(`bad settings: --ui-port must be another port than that of devices, ${devicePort}`)
  return options
}

/** The text of `--help`. */
export const help = `Usage: npm start -- [flags]

Receives what Matter cameras push, keeps every byte and shows everything about it.

  --host ADDRESS            listen here (localhost; 0.0.0.0 for all of the machine)   HOST
  --port PORT               listen here (1234; 0 takes a free one)                    PORT
  --ui-port PORT            the pages, without client certificates (PORT + 1; off)    UI_PORT
  --tls-test-port PORT      show clients wrong certificates here and behind (off)     TLS_TEST_PORT
  --metrics ADDRESS         Prometheus metrics here and on the next two ports (off)   METRICS_ADDRESS
  --workers N               so many proxies and ingest processes, to use more cores (1; auto)  WORKERS
  --working-directory PATH  keep everything here (a temporary one, removed at exit)   WORKING_DIRECTORY
  --auth MODE               open: each client may do everything; mtls: by certificate  AUTH
  --client-ca FILE          also accept device certificates of these roots (PEM)      CLIENT_CA
  --keylog FILE             write the keys of all TLS connections here, for Wireshark   KEYLOG
  --strict-mode             respond 400 to uploads with errors                        STRICT_MODE
  --server-ip IP            also name this address in the server's certificate        SERVER_IP
  --dns NAME                announce NAME._http._tcp.local in the local network       DNS_NAME
  --judge reference         respond to uploads as the reference server would (ours)   JUDGE
  --compat 1.5              without effect: all generations' field names are there     COMPAT
  --allow-origin ORIGINS    let pages of these origins read streams (none; * for any)   ALLOW_ORIGIN
  --durability WORD         process, or power: an upload that has its response outlives
                            a loss of power, too (process); store: of this machine    DURABILITY
  --store URL               also keep bodies and journals in an object store (none):
                            s3://bucket/prefix?endpoint=https://host&region=name      STORE
  --ship-within TIME        so much later they are there (2s)                         SHIP_WITHIN
  --cache SIZE              so much of what is there stays on this disk (all)         CACHE
  --disk-reserve SIZE       uploads leave this much of the disk free (64MiB)          DISK_RESERVE
  --small-ffprobe WORD      build a small ffprobe in the background, which starts faster: auto, if all that it
                            takes is there; download its source, too; off (auto)      SMALL_FFPROBE
  --redis URL               use this Redis instead of starting a private one          REDIS_URL
                            (with a password: only as REDIS_URL, because other users see arguments)
  --reindex                 rebuild lists and verdicts from the journals, then exit (npm run reindex)
  --backup DIR              copy the working directory there, also of a running server, then exit (npm run backup)
  --renew-roots             give both roots twenty more years, then exit
  --watch                   restart each process when its sources change (npm run dev)
  --help                    print this

The word at the end of a line is the environment variable of the same meaning; a flag wins over it.
`

const value = { type: 'string' } as const
const flags = {
  host: value,
  port: value,
  'ui-port': value,
  'tls-test-port': value,
  metrics: value,
  'working-directory': value,
  workers: value,
  'small-ffprobe': value,
  auth: value,
  'client-ca': value,
  keylog: value,
  'strict-mode': { type: 'boolean' },
  dns: value,
  'server-ip': value,
  judge: value,
  compat: value,
  redis: value,
  durability: value,
  store: value,
  'ship-within': value,
  cache: value,
  'disk-reserve': value,
  'allow-origin': value,
  reindex: { type: 'boolean' },
  backup: value,
  'renew-roots': { type: 'boolean' },
  watch: { type: 'boolean' },
} as const

function parseFlags(argv: readonly string[]): Record<string, string> {
  const given = Object.entries(valuesOf(argv))
  const empty = given.find(([, value]) => value === '')
  if (empty) throw new Error(`--${empty[0]} needs a value`)
  return Object.fromEntries(given.map(([option, value]) => [`--${option}`, String(value)]))
}

function valuesOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true }).values
  } catch (error) {
    const [, flag] =
      /^Option '(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(
        String(error instanceof Error ? error.message : error),
      ) ?? []
    if (flag === undefined) throw error
    const what = flag === '--backup' ? 'a folder to copy to: npm run backup -- DIR' : 'a value'
    throw new Error(`${flag} needs ${what}`)
  }
}

const pathOf = (path: string | undefined, env: NodeJS.ProcessEnv): string | null =>
  path ? resolve(invocationDirectory(env, ['start', 'reindex', 'backup', 'dev']), path) : null

const host = text.transform((name) => name.replace(/^\[(.+)\]$/, '$1')).describe('an address or a host name')
/** The URL of an object store: checked, but left as the user wrote it. */
const storeUrl = z
  .string()
  .refine((url) => optionalStoreUrl.safeParse(url).success)
  .optional()
  .describe(optionalStoreUrl.description ?? '')
