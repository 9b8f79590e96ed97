import { shellQuote } from '@pushav/shared/lib/shell-quote.ts'

/** A test as a client reaches it. */
interface CommandTarget {
  /** A name or an address of the server. */
  readonly host: string
  readonly port: number
  /** The port on which the name chooses the test, and the name; null where there is none. */
  readonly byName: { readonly port: number; readonly name: string } | null
  /** The file of the root that the client is to trust. */
  readonly root: string
}

/** `https://host:port`, with brackets around an IPv6 address. */
export const originOf = (host: string, port: number): string =>
  `https://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Lines for the shell, by client. */
export function commandsFor({ host, port, byName, root }: CommandTarget) {
  const trust = `--cacert ${shellQuote(root)}`
  const hostInUrl = host.includes(':') ? `[${host}]` : host
  const verify = isIp(host) ? `-verify_ip ${host}` : `-verify_hostname ${host}`
  return [
    { client: 'curl', lines: `curl ${trust} ${shellQuote(`${originOf(host, port)}/time`)}` },
    ...(byName
      ? [
          {
            client: 'curl, by name',
            lines: `curl ${trust} --connect-to ${shellQuote(`::${hostInUrl}:${byName.port}`)} ${shellQuote(`${originOf(byName.name, byName.port)}/time`)}`,
          },
        ]
      : []),
    {
      client: 'openssl',
      lines: `openssl s_client -connect ${shellQuote(`${hostInUrl}:${port}`)} -CAfile ${shellQuote(root)} -verify_return_error ${verify} </dev/null`,
    },
    {
      client: 'Matter controller',
      lines:
        `chip-tool tlsclientmanagement provision-endpoint ${host} ${port} \${CAID:?not set} \${CCDID:?not set} null 1 0 --allow-large-payload 1     # → TLSEndpointID\n` +
        `# then allocate-push-transport with this TLSEndpointID and "url": "${originOf(host, port)}/streams/<id>/"`,
    },
  ]
}

const isIp = (host: string): boolean => host.includes(':') || /^\d+(\.\d+){3}$/.test(host)
