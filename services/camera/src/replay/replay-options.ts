import { resolve } from 'node:path'
import { isStreamId } from '@pushav/shared/paths.ts'
import { UsageError } from '../camera-error.ts'
import { parseFlags, parseTargetUrl } from '../flags.ts'

/** Options of a replay. */
export interface ReplayOptions {
  /** Path of a zip, or of a working directory. */
  readonly source: string
  /** A publishing point, or `/streams`, below which the replay creates a stream. */
  readonly url: URL
  /** A stream of the working directory; null for its only stream. */
  readonly stream: string | null
  /** What the paths of the uploads begin with; empty for all uploads. */
  readonly prefix: string
  /** How many times as fast as recorded; infinity for as fast as the server responds. */
  readonly speed: number
  readonly isHttp1: boolean
  readonly caFile: string | null
  readonly certFile: string | null
  readonly keyFile: string | null
}

/** The text of `--help`. */
export const help = `Usage: npm run replay -- RECORDING --url URL [flags]

Sends a recorded session again, in its own timing, to this server or another.
Exit code: 0 every status is as recorded, 1 some are not, 2 it could not be sent.

  RECORDING        the zip of /export/{id}/{session}.zip, or a working directory or a backup of one
  --url URL        the publishing point, https://host:port/streams/1;
                   with https://host:port/streams a stream is made
  --cert FILE      certificate of the device, PEM
  --key FILE       its private key, PEM
  --cacert FILE    root certificate of the server, PEM
  --speed SPEED    so many times as fast as recorded (1), or max: as fast as the server responds
  --stream ID      of a working directory with several streams
  --prefix PATH    of a working directory: only uploads below it, such as session_1/
  --http1          HTTP/1.1 also for what was recorded in HTTP/2
  --help           print this
`

const value = { type: 'string' } as const
const flags = {
  url: value,
  cert: value,
  key: value,
  cacert: value,
  speed: value,
  stream: value,
  prefix: value,
  http1: { type: 'boolean' },
} as const

/** Reads the flags; relative paths are below `directory`. Throws a UsageError that says what is wrong. */
export function readReplayOptions(argv: readonly string[], directory: string): ReplayOptions {
  const { values: given, positionals } = parseFlags({
    args: [...argv],
    options: flags,
    strict: true,
    allowPositionals: true,
  })
  const [source, ...others] = positionals
  if (!source || others.length > 0) throw new UsageError('name one zip or one working directory to send')
  if ((given.cert === undefined) !== (given.key === undefined))
    throw new UsageError('--cert and --key must be given together')
  const fileOf = (text: string | undefined) => (text === undefined ? null : resolve(directory, text))
  return {
    source: resolve(directory, source),
    url: parseTargetUrl(given.url),
    speed: speedOf(given.speed ?? '1'),
    stream: streamOf(given.stream),
    prefix: given.prefix ?? '',
    isHttp1: given.http1 ?? false,
    caFile: fileOf(given.cacert),
    certFile: fileOf(given.cert),
    keyFile: fileOf(given.key),
  }
}

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (speed >= 0.01 && speed <= 10_000) return speed
  throw new UsageError(`--speed is a number from 0.01 to 10000, or max, not ${text}`)
}

function streamOf(text: string | undefined): string | null {
  if (text === undefined || isStreamId(text)) return text ?? null
  throw new UsageError(`--stream is the id of a stream, not ${text}`)
}
