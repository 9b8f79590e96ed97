import { resolve } from 'node:path'
import { UsageError } from './camera-error.ts'
import { parseDuration } from './duration.ts'
import { faultList, type PlantedFault, parseFaults } from './faults/faults.ts'
import { parseFlags, parseTargetUrl } from './flags.ts'
import { isProfileName, type ProfileName, profiles } from './profiles/profiles.ts'

export interface Options {
  readonly profile: ProfileName
  /** A publishing point, or `/streams`, below which each camera creates a stream of its own. */
  readonly url: URL
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string
  readonly faults: readonly PlantedFault[]
  readonly durationMs: number
  readonly count: number
  readonly isFast: boolean
  readonly retries: boolean
}

const maxCount = 1_000
const maxDurationMs = 24 * 3_600_000

const value = { type: 'string' } as const
const flags = {
  profile: value,
  url: value,
  cert: value,
  key: value,
  cacert: value,
  faults: value,
  for: value,
  count: value,
  fast: { type: 'boolean' },
  'no-retry': { type: 'boolean' },
} as const

/** Reads the flags; relative paths are below `directory`. Throws a UsageError that says what is wrong. */
export function readOptions(argv: readonly string[], directory: string): Options {
  const { values: given } = parseFlags({ args: [...argv], options: flags, strict: true })
  const fileOf = (text: string | undefined, flag: string) => resolve(directory, required(text, flag))
  const count = numberOf(given.count ?? '1')
  const url = parseTargetUrl(given.url)
  if (count > 1 && !makesStreams(url))
    throw new UsageError(
      '--count above 1 needs a --url that ends with /streams: each camera has a stream of its own',
    )
  return {
    profile: profileOf(required(given.profile, '--profile')),
    url,
    certFile: fileOf(given.cert, '--cert'),
    keyFile: fileOf(given.key, '--key'),
    caFile: fileOf(given.cacert, '--cacert'),
    faults: given.faults === undefined ? [] : parseFaults(given.faults),
    durationMs: durationOf(given.for ?? '60s'),
    count,
    isFast: given.fast ?? false,
    retries: !given['no-retry'],
  }
}

/** Whether a URL is `/streams`, below which a camera creates a stream, and not a publishing point. */
export const makesStreams = ({ pathname }: URL): boolean => /\/streams\/?$/.test(pathname)

function required(text: string | undefined, flag: string): string {
  if (!text) throw new UsageError(`${flag} is missing`)
  return text
}

function profileOf(word: string): ProfileName {
  if (isProfileName(word)) return word
  throw new UsageError(`unknown profile ${word}; there are ${Object.keys(profiles).join(', ')}`)
}

function durationOf(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== null && milliseconds > 0 && milliseconds <= maxDurationMs) return milliseconds
  throw new UsageError(`--for is a time up to 24h, like 60s or 5m, not ${text}`)
}

function numberOf(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= maxCount) return count
  throw new UsageError(`--count is a number from 1 to ${maxCount}, not ${text}`)
}

/** The text of `--help`. */
export const help =
  (): string => `Usage: npm run camera -- --profile NAME --url URL --cert FILE --key FILE --cacert FILE [flags]

Sends a test picture and a tone to a server as a camera would.

  --profile NAME     which camera, see below
  --url URL          the publishing point, https://host:port/streams/1;
                     with https://host:port/streams each camera makes a stream of its own
  --cert FILE        certificate of the device
  --key FILE         its private key
  --cacert FILE      root certificate of the server
  --faults LIST      what it does wrong, see below: skip=3,codec=wrong
  --for TIME         how long it records (60s)
  --count N          so many cameras at once (1)
  --fast             send a recording as fast as the server responds, not in real time
  --no-retry         when the connection is lost, go on with the next object
  --help             print this

Prints a line for each object: time, path, status. Ends with 0 when the server accepted all of them, with 1 when it did
not, with 2 when called wrongly.

profiles:
${Object.entries(profiles)
  .map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`)
  .join('\n')}

${faultList()}
`
