import { join } from 'node:path'
import { keylogWarning, openAccessWarning } from '@pushav/shared/access-warning.ts'
import { isLoopback } from '@pushav/shared/lib/host-address.ts'
import { shellQuote } from '@pushav/shared/lib/shell-quote.ts'
import type { ReadyReport } from '@pushav/shared/process/ready-report.ts'
import type { Options } from '../options.ts'

/** Lines with what a new user needs next, to print when the server runs. */
export function firstSteps(
  {
    host,
    auth,
    keylog,
    workingDirectory: wanted,
  }: Pick<Options, 'host' | 'auth' | 'keylog' | 'workingDirectory'>,
  { port, uiPort, access }: ReadyReport,
  workingDirectory: string,
): readonly string[] {
  const reachable = everywhere.includes(host) ? 'localhost' : urlHost(host)
  const root = join(workingDirectory, 'certs/server/root.pem')
  const api = `https://${reachable}:${port}`
  const showsAdmin = access ? `--cert ${shellQuote(access.adminFile)} ` : ''
  return [
    `Page:          https://${reachable}:${uiPort ?? port}/ui/streams`,
    `Root to trust: ${root}`,
    `First stream:  curl --cacert ${shellQuote(root)} ${showsAdmin}-XPOST '${api}/streams?interface=dash'`,
    ...(access
      ? [
          `Admin:         ${access.adminFile} (certificate and key)`,
          `Sign in:       https://${reachable}:${uiPort ?? port}/ui/sign-in, once within 24 h, as admin with the token ${access.signInToken}`,
          `First device:  POST /certs/NAME/sign or /certs/NAME/keypair, once within 24 h, with Authorization: Bearer ${access.enrolmentToken}`,
        ]
      : []),
    ...(auth === 'open' && !isLoopback(host) ? [`Warning: ${openAccessWarning}`] : []),
    ...(keylog === null ? [] : [`Key log:       ${keylog}`, `Warning: ${keylogWarning}`]),
    ...(wanted === null
      ? [
          'Note: everything is in a temporary directory and is removed at exit; keep it with --working-directory PATH',
        ]
      : []),
  ]
}

/** Hosts that mean all addresses of the machine. */
const everywhere = ['0.0.0.0', '::']

export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)
