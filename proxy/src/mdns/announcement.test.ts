import { deepEqual } from 'node:assert/strict'
import { announcementOf, isLocal } from './announcement.ts'

describe('announcementOf', () => {
  const at = (...addresses: string[]) => announcementOf('pavs', { port: 1234, addresses })

  it('announces every address of the machine when all are listened on', () => {
    deepEqual([at('0.0.0.0').addresses, at('0.0.0.0').withIpv6], [null, false])
    deepEqual([at('::').addresses, at('::').withIpv6], [null, true])
  })

  it('announces only the addresses that are listened on', () => {
    deepEqual(at('192.0.2.2').addresses, ['192.0.2.2'])
    deepEqual(at('127.0.0.1', '::1').addresses, ['127.0.0.1', '::1'])
  })

  it('is local when only loopback is listened on', () => {
    deepEqual([at('127.0.0.1', '::1'), at('192.0.2.2'), at('0.0.0.0')].map(isLocal), [true, false, false])
  })
})
