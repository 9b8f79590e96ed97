/** PEM files for a connection to a server; paths are as the user wrote them. */
export interface CredentialFiles {
  /** Roots to trust; null for the public ones. */
  readonly cacert: string | null
  /** A client certificate; null to show none. */
  readonly cert: string | null
  /** The key of `cert`. */
  readonly key: string | null
}

const text = { type: 'string' } as const

/** The flags of these files, for `parseArgs`. */
export const credentialFlags = { cacert: text, cert: text, key: text }

/** Reads the flags of `credentialFlags`. Throws an error whose message says in one sentence what is wrong. */
export function readCredentialFiles(given: {
  readonly cacert?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}): CredentialFiles {
  const { cacert = null, cert = null, key = null } = given
  if ((cert === null) !== (key === null)) throw new Error('--cert and --key must be given together')
  return { cacert, cert, key }
}

/** Parses an https URL. Throws an error whose message says in one sentence what is wrong. */
export function parseServerUrl(given: string | undefined): URL {
  const url = given === undefined ? null : URL.parse(given)
  if (url?.protocol === 'https:') return url
  throw new Error('--url must be the URL of a server, such as https://localhost:1234')
}
