import { deepEqual, equal } from 'node:assert/strict'
import { clientHello } from '../../test/clients.ts'
import { parseClientHello } from './client-hello.ts'

describe('a ClientHello', () => {
  let hello: Buffer
  before(async () => {
    hello = await clientHello({ servername: 'Expired.TLS-test.example.com' })
  })

  it('says which server the client asks for, and the newest version that it offers', async () => {
    deepEqual(parseClientHello(hello), {
      serverName: 'expired.tls-test.example.com',
      newestVersion: 'TLSv1.3',
    })
    const old = await clientHello({ maxVersion: 'TLSv1.2', servername: '' })
    deepEqual(parseClientHello(old), { serverName: null, newestVersion: 'TLSv1.2' })
  })

  it('is waited for until it is whole', () => {
    for (let length = 0; length < hello.length; length++)
      equal(parseClientHello(hello.subarray(0, length)), 'incomplete', `${length} bytes`)
  })

  it('of wrong lengths, of another kind, or that is none, is never taken for one', () => {
    for (let at = 5; at < hello.length; at++)
      for (const value of [0, 0x7f, 0xff]) {
        const broken = Buffer.from(hello)
        broken[at] = value
        const { serverName = null } = Object(parseClientHello(broken))
        equal(serverName === null || /^[a-z0-9._-]+$/.test(serverName), true)
      }
    const outer = (length: number) =>
      Buffer.concat([Buffer.from([22, 3, 1, length >> 8, length & 0xff]), hello])
    equal(parseClientHello(outer(0xffff)), null)
    equal(parseClientHello(outer(0)), null)
    equal(parseClientHello(Buffer.from('GET / HTTP/1.1\r\n\r\n')), null)
    equal(parseClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), null)
  })
})
