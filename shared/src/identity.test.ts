import { deepEqual, equal, throws } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  createDeviceReader,
  type Device,
  identityHeadersOf,
  isIdentityHeader,
  type Peer,
  readPeer,
} from './identity.ts'

const secret = 'ab'.repeat(32)
const certificate = Buffer.from('not a certificate, but bytes').toString('base64')
const device: Device = {
  fingerprint: createHash('sha256').update(Buffer.from(certificate, 'base64')).digest('hex'),
  serial: '1f',
  subject: 'CN=Kamera №1',
  notAfter: '2027-01-01T00:00:00.000Z',
  certificate,
}
const peer: Peer = { address: '::1', port: 4711, tlsVersion: 'TLSv1.3', cipher: 'X', alpn: 'h2', device }

describe('readPeer', () => {
  it('reads what identityHeadersOf wrote', () => {
    for (const one of [peer, { ...peer, alpn: null }, { ...peer, device: null }])
      deepEqual(readPeer(identityHeadersOf(one, secret), secret), one)
  })

  it('believes nobody without the secret', () => {
    const headers = identityHeadersOf(peer, 'cd'.repeat(32))
    equal(readPeer(headers, secret), null)
    equal(readPeer({ ...headers, 'x-proxy-secret': undefined }, secret), null)
  })

  it('throws where certificate and fingerprint do not belong together', () => {
    const headers = { ...identityHeadersOf(peer, secret), 'x-client-cert-sha256': '00'.repeat(32) }
    throws(() => readPeer(headers, secret))
    const readDevice = createDeviceReader()
    readPeer(identityHeadersOf(peer, secret), secret, readDevice)
    throws(() => readPeer(headers, secret, readDevice))
  })

  it('reads a device that comes again only once, and holds no more than it may', () => {
    const readDevice = createDeviceReader(1)
    const again = () => readPeer(identityHeadersOf(peer, secret), secret, readDevice)?.device
    equal(again(), again())
    const before = again()
    const other = { ...device, certificate: '', fingerprint: createHash('sha256').digest('hex') }
    readPeer(identityHeadersOf({ ...peer, device: other }, secret), secret, readDevice)
    equal(again() === before, false)
  })
})

describe('isIdentityHeader', () => {
  it('knows every header that identityHeadersOf writes', () => {
    for (const name of Object.keys(identityHeadersOf(peer, secret))) equal(isIdentityHeader(name), true, name)
  })
})
