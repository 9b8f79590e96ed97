import { parseArgs } from 'node:util'
import {
  type CredentialFiles,
  credentialFlags,
  parseServerUrl,
  readCredentialFiles,
} from '../command-line/connection-options.ts'

/** Options of a comparison; paths are as the user wrote them. */
export interface CompareOptions extends CredentialFiles {
  /** The server that has the streams; null when both sides are files. */
  readonly url: URL | null
  readonly a: ComparedSide
  readonly b: ComparedSide
  /** Whether the comparison is printed as JSON. */
  readonly isJson: boolean
  /** Whether equal rows are printed as well. */
  readonly showsAll: boolean
}

/** A report in a file, or the report of a stream or session of the server. */
export type ComparedSide =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stream'; readonly stream: string; readonly session: string | null }

/** The text of `--help`. */
export const help = `Usage: npm run compare -- --a A --b B [--url https://HOST:PORT] [flags]

Compares two recordings rule by rule and metric by metric, and prints what differs.
Exit code: 0 B is not worse than A, 1 it is worse, 2 they could not be compared.

  --a A, --b B   with --url a stream, 7, or a session of it, 7/session_1; otherwise a report.json
  --url URL      the server
  --cacert FILE  root certificates to trust, PEM
  --cert FILE    client certificate, PEM
  --key FILE     its key, PEM
  --all          print equal rows as well
  --json         print the comparison as JSON
`

const text = { type: 'string' } as const
const word = { type: 'boolean' } as const
const flags = { url: text, a: text, b: text, ...credentialFlags, all: word, json: word }

/** Reads the flags. Throws an error whose message says in one sentence what is wrong. */
export function readCompareOptions(argv: readonly string[]): CompareOptions {
  const given = parseArgs({ args: [...argv], options: flags, strict: true }).values
  const { all = false, json = false } = given
  const url = given.url === undefined ? null : parseServerUrl(given.url)
  return {
    url,
    a: parseSide('--a', given.a, url),
    b: parseSide('--b', given.b, url),
    ...readCredentialFiles(given),
    isJson: json,
    showsAll: all,
  }
}

function parseSide(flag: string, given: string | undefined, url: URL | null): ComparedSide {
  if (!given) throw new Error(`${flag} must name a report.json, or with --url a stream`)
  const [, stream, session] = /^([1-9]\d{0,14})(?:\/(?:session_)?([^/]+))?$/.exec(given) ?? []
  if (stream === undefined) return { kind: 'file', path: given }
  if (url === null) throw new Error(`${flag} ${given} is a stream: --url must name its server`)
  return { kind: 'stream', stream, session: session ?? null }
}
