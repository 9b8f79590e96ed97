/**
 * The warning of a server with AUTH=open that other machines can reach: shown at the start, in /readyz and on every
 * page.
 */
export const openAccessWarning =
  'Every device and person in this network can read, write and delete everything here; start with --auth mtls ' +
  '(AUTH=mtls) to ask them for a certificate, or with --host localhost to listen on this machine alone.'

/** The warning of a server with KEYLOG: shown at the start, in /readyz and on every page. */
export const keylogWarning =
  'The keys of all TLS connections are written to a file (--keylog, KEYLOG): who has it and a capture reads ' +
  'everything that was sent. Start without it, and remove the file, when you have what you need.'
