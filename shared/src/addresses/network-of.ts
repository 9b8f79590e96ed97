import { plainAddress } from '../lib/host-address.ts'

/**
 * The network by which a client is counted: its IPv4 address, or the /64 that a provider gives to one IPv6 customer.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address).split('%', 1)[0] ?? ''
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  const groups = [...first, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...last]
  return `${groups.slice(0, 4).join(':')}::/64`
}
