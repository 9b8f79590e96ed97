import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { serverNamesOf } from './server-names.ts'

const address = (ip: string) => ({ address: ip }) as NetworkInterfaceInfo
const machine = {
  hostName: 'Lab-PC.',
  interfaces: {
    lo: [address('127.0.0.1'), address('::1')],
    eth0: [address('192.168.1.5'), address('fe80::1')],
  },
}

describe('serverNamesOf', () => {
  it('names the machine in every way it may be called, each once', () => {
    deepEqual(serverNamesOf(machine), {
      commonName: 'localhost',
      dnsNames: ['localhost', 'lab-pc'],
      ips: ['127.0.0.1', '::1', '192.168.1.5'],
    })
  })

  it('takes the server IP as common name and adds it', () => {
    const names = serverNamesOf({ ...machine, serverIp: '10.0.0.9' })
    equal(names.commonName, '10.0.0.9')
    ok(names.ips.includes('10.0.0.9'))
  })

  it('spells an IPv6 address one way only', () => {
    deepEqual(serverNamesOf({ ...machine, serverIp: 'FD00:0:0::0001' }).ips.at(2), 'fd00::1')
  })

  it('adds DNS names, with underscores as services have them', () => {
    const { dnsNames } = serverNamesOf({ ...machine, dns: ['Cam._http._tcp.local.'] })
    ok(dnsNames.includes('cam._http._tcp.local'))
  })

  it('leaves out a host name that is no DNS name', () => {
    deepEqual(serverNamesOf({ ...machine, hostName: 'my pc' }).dnsNames, ['localhost'])
  })

  it('refuses in words what a user named wrongly', () => {
    throws(() => serverNamesOf({ ...machine, serverIp: '10.0.0' }), /"10\.0\.0" is not an IP address/)
    throws(() => serverNamesOf({ ...machine, dns: ['ok.local', 'a b'] }), /"a b" is not a DNS name/)
  })

  it('reads this machine', () => {
    ok(serverNamesOf({ hostName: 'x', interfaces: networkInterfaces() }).ips.length >= 2)
  })
})
