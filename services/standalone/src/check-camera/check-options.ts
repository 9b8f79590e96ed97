import { parseArgs } from 'node:util'
import {
  type CredentialFiles,
  credentialFlags,
  parseServerUrl,
  readCredentialFiles,
} from '../command-line/connection-options.ts'

/** Options of a check of a camera; paths are as the user wrote them. */
export interface CheckOptions extends CredentialFiles {
  readonly url: URL
  readonly stream: number
  /** File with the expectations. */
  readonly expect: string
  readonly timeoutSeconds: number
  /** File for the verdict as JUnit XML; null for none. */
  readonly junit: string | null
}

/** The text of `--help`. */
export const help = `Usage: npm run check-camera -- --url https://HOST:PORT --stream ID --expect FILE [flags]

Sets what is expected of a stream, waits for the verdict and prints it.
Exit code: 0 pass, 1 fail, 2 wrong usage or no server, 3 no verdict in time.

  --url URL          the server
  --stream ID        the stream
  --expect FILE      expectations as JSON: docs/api.md
  --timeout SECONDS  how long to wait (60)
  --cacert FILE      root certificates to trust, PEM
  --cert FILE        client certificate, PEM
  --key FILE         its key, PEM
  --junit FILE       writes the verdict as JUnit's XML
`

/** Reads the flags. Throws an error whose message says in one sentence what is wrong. */
export function readCheckOptions(argv: readonly string[]): CheckOptions {
  const given = parseArgs({ args: [...argv], options: flags, strict: true }).values
  const { expect, timeout = '60', junit = null } = given
  if (expect === undefined) throw new Error('--expect must name a file with expectations')
  return {
    url: parseServerUrl(given.url),
    stream: parseStream(given.stream),
    expect,
    timeoutSeconds: parseSeconds(timeout),
    ...readCredentialFiles(given),
    junit,
  }
}

const text = { type: 'string' } as const
const flags = { url: text, stream: text, expect: text, timeout: text, ...credentialFlags, junit: text }

function parseStream(given = ''): number {
  if (/^[1-9]\d{0,14}$/.test(given)) return Number(given)
  throw new Error('--stream must be the id of a stream, such as 7')
}

function parseSeconds(given: string): number {
  const seconds = Number(given)
  if (/^\d+(\.\d+)?$/.test(given) && seconds <= maxSeconds) return seconds
  throw new Error(`--timeout must be a number of seconds, at most ${maxSeconds}`)
}

const maxSeconds = 86_400
