import { join } from 'node:path'
import { shellQuote } from '@pushav/shared/lib/shell-quote.ts'
import type { Options } from '../options.ts'
import type { ReadyReport } from '../supervisor/child-process.ts'

/** What a new user needs next; printed after the line that says that the server runs. */
export function firstSteps(
  { host, workingDirectory: wanted }: Pick<Options, 'host' | 'workingDirectory'>,
  { port, uiPort }: ReadyReport,
  workingDirectory: string,
): readonly string[] {
  const reachable = everywhere.includes(host) ? 'localhost' : urlHost(host)
  const root = join(workingDirectory, 'certs/server/root.pem')
  const api = `https://${reachable}:${port}`
  return [
    `Page:          https://${reachable}:${uiPort ?? port}/ui/streams`,
    `Root to trust: ${root}`,
    `First stream:  curl --cacert ${shellQuote(root)} -XPOST '${api}/streams?interface=dash'`,
    ...(wanted === null
      ? [
          'Note: everything is in a temporary directory and is removed at exit; keep it with --working-directory PATH',
        ]
      : []),
  ]
}

/** Addresses that mean all of the machine's. */
const everywhere = ['0.0.0.0', '::']

export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)
