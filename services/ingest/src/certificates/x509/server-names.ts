import { isIP } from 'node:net'
import type { networkInterfaces } from 'node:os'
import { normalIp } from '../certificate.ts'
import type { ServerNames } from '../renew-server-certificate.ts'

interface NameSources {
  /** `os.hostname()` */
  readonly hostName: string
  /** `os.networkInterfaces()` */
  readonly interfaces: ReturnType<typeof networkInterfaces>
  /** The address that clients connect to; becomes the common name. */
  readonly serverIp?: string | undefined
  /** Further DNS names. */
  readonly dns?: readonly string[]
}

/** A machine may have hundreds of addresses, and each adds bytes to every handshake. */
const maxMachineIps = 64

/** All names of this server. A malformed name from the settings throws; one of the machine is left out. */
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

/** Link-local IPv6 is left out: a URL needs a zone for it, and a certificate cannot have one. */
function machineIps(interfaces: NameSources['interfaces']): readonly string[] {
  const addresses = Object.values(interfaces).flatMap((found) => found ?? [])
  const usable = addresses.filter(({ address }) => isIP(address) && !/^fe[89ab]/i.test(address))
  return usable.map(({ address }) => address).slice(0, maxMachineIps)
}

/** A name as certificates have it: without a trailing dot, in lower case. */
const normalDnsName = (name: string): string => name.replace(/\.$/, '').toLowerCase()

/** `_` is allowed, because services are advertised as `_http._tcp.local`. */
const isDnsName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => labelPattern.test(label))
const labelPattern = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
