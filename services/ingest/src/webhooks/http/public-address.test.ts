import { deepEqual } from 'node:assert/strict'
import { isPublicAddress } from './public-address.ts'

const privateAddresses = [
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.1', '192.168.1.1', '198.18.0.1', '224.0.0.251', '239.255.255.250'],
  ...['240.0.0.1', '255.255.255.255', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  ...[
    '::ffff:192.168.1.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::',
    '64:ff9b:1::1',
    '2002:7f00:1::',
  ],
  ...['2001:db8::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::fb'],
  ...['', 'localhost', '127.1'],
]
const publicAddresses = [
  ...['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.1', '100.128.0.1', '223.255.255.255'],
  ...['2606:4700:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
]

describe('an address', () => {
  it('is not public when it is loopback, private, link-local, unique-local, multicast or reserved', () =>
    deepEqual(privateAddresses.filter(isPublicAddress), []))

  it('is public when it is none of these, also inside of IPv6', () =>
    deepEqual(publicAddresses.filter(isPublicAddress), publicAddresses))
})
