import { BlockList, isIP } from 'node:net'

/** Networks that are not of the public internet (IANA special-purpose registries for IPv4 and IPv6). */
const networks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // The first holds ::, ::1 and IPv4-compatible addresses; IPv4-mapped ones are compared as IPv4. The second holds
  // IPv4-translated ones (RFC 2765).
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

const blocked = blockListOf(networks)
/** NAT64 (RFC 6052): the last 32 bits are an IPv4 address. */
const nat64 = blockListOf(['64:ff9b::/96'])

/** Whether an IP address is of the public internet; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  const [plain = ''] = address.split('%', 1)
  const version = isIP(plain)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (blocked.check(plain, family)) return false
  return family === 'ipv4' || !nat64.check(plain, family) || isPublicAddress(embeddedIpv4(plain))
}

/** The last 32 bits of an IPv6 address as an IPv4 address. */
function embeddedIpv4(address: string): string {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const words = canonical.split(':').slice(-2)
  const bits = words.map((word) => Number.parseInt(word || '0', 16))
  return bits.flatMap((word) => [word >> 8, word & 255]).join('.')
}

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', prefix] = subnet.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
