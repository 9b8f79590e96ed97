import { isIP } from 'node:net'
import type { networkInterfaces } from 'node:os'
import { normalIp } from './certificates/certificate.ts'
import type { ServerNames } from './certificates/renew-server-certificate.ts'

export interface NameSources {
  /** `os.hostname()` */
  readonly hostName: string
  /** `os.networkInterfaces()` */
  readonly interfaces: ReturnType<typeof networkInterfaces>
  /** The address that users say this server is reached at; becomes the common name. */
  readonly serverIp?: string | undefined
  /** Further DNS names. */
  readonly dns?: readonly string[]
}

/** A machine may have hundreds of addresses; each costs bytes in every handshake. */
const maxMachineIps = 64

/** All names this server may be called by. What the user named must be right; the machine's own may be odd. */
export function serverNamesOf({ hostName, interfaces, serverIp, dns = [] }: NameSources): ServerNames {
  if (serverIp !== undefined && !isIP(serverIp))
    throw new Error(`the server IP "${serverIp}" is not an IP address`)
  const named = dns.map(normalDnsName)
  const bad = named.findIndex((name) => !isDnsName(name))
  if (bad >= 0) throw new Error(`"${dns[bad]}" is not a DNS name`)

  const machine = [normalDnsName(hostName)].filter((name) => isDnsName(name) && !isIP(name))
  const ips = ['127.0.0.1', '::1', ...(serverIp ? [serverIp] : []), ...machineIps(interfaces)]
  return {
    commonName: serverIp ?? 'localhost',
    dnsNames: unique(['localhost', ...machine, ...named]),
    ips: unique(ips.map(normalIp)),
  }
}

/** Link-local IPv6 is left out: no URL can name it without a zone, which a certificate cannot. */
function machineIps(interfaces: NameSources['interfaces']): readonly string[] {
  const addresses = Object.values(interfaces).flatMap((found) => found ?? [])
  const usable = addresses.filter(({ address }) => isIP(address) && !/^fe[89ab]/i.test(address))
  return usable.map(({ address }) => address).slice(0, maxMachineIps)
}

/** Certificates know no trailing dot and no upper case. */
const normalDnsName = (name: string): string => name.replace(/\.$/, '').toLowerCase()

/** With `_`, because services are advertised as `_http._tcp.local`. */
const isDnsName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => label_.test(label))
const label_ = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
