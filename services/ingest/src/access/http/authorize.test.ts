import { deepEqual, equal, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import type { Device, Peer } from '@pushav/shared/identity.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import express from 'express'
import type { AuditEntry } from '../../audit/audit.ts'
import { requirePeer } from '../../http/authenticate.ts'
import { createErrorResponder, errorHandler } from '../../http/error-handler.ts'
import { refuseUnrouted } from '../../http/http-app.ts'
import type { DeviceIdentity, StreamGrants } from '../ports.ts'
import { authorizeWith } from './authorize.ts'

const log = createLogger('test', 'silent')
const certificate = { fingerprint: 'f', serial: '1', subject: 'CN=cam', notAfter: '', certificate: '' }
const identityOf = (role: string): DeviceIdentity => ({
  ...{
    key: role,
    publicKey: role,
    serial: '1',
    name: role,
    isAdmin: role === 'admin',
    isAccepted: role !== 'rejected',
  },
})
/** A client is who its header says, as the proxy's headers would. */
const peerIn = ({ headers }: IncomingMessage): Peer => {
  const role = headers['x-role']
  const device: Device | null = typeof role === 'string' ? { ...certificate, subject: role } : null
  return { address: '192.0.2.7', port: 1, tlsVersion: '', cipher: '', alpn: null, device }
}

describe('authorizeWith', () => {
  let lines: AuditEntry[]
  let origin: string
  let close: () => void
  const shared = { owner: 'owner', members: [{ key: 'shared', name: null }] }
  let grants: StreamGrants = shared
  const authorization = authorizeWith({
    identify: ({ subject }) => identityOf(subject),
    access: { of: () => grants },
    sessions: { find: async () => null },
    tokens: { redeem: () => Promise.reject(new Error('no token is used here')) },
    audit: (entry) => void lines.push(entry),
    log,
    refuseUnrouted,
  })
  before(async () => {
    const app = express()
    app.use(requirePeer(peerIn), authorization.requireAccess)
    app.get('/forgotten', (_request, response) => void response.json({ isOpen: true }))
    app.get('/streams/:id/events', (_request, response) => void response.write(': connected\n\n'))
    app.get('/streams/:id', (_request, response) => void response.json({ isOpen: true }))
    app.use(errorHandler(createErrorResponder(log)))
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () => void server.close()
  })
  after(() => close())
  beforeEach(() => {
    lines = []
    grants = shared
  })
  const statusFor = async (path: string, role?: string) =>
    (await fetch(`${origin}${path}`, { headers: role ? { 'x-role': role } : {} })).status

  it('refuses a route that somehow has no row, to admins too', async () => {
    equal(await statusFor('/forgotten', 'admin'), 404)
    equal(await statusFor('/forgotten', 'owner'), 404)
    equal(await statusFor('/forgotten'), 403)
  })

  it('lets those in whom the row names, and writes down the others', async () => {
    equal(await statusFor('/streams/1', 'owner'), 200)
    equal(await statusFor('/streams/1', 'shared'), 200)
    equal(await statusFor('/streams/1', 'admin'), 200)
    deepEqual(lines, [])
    equal(await statusFor('/streams/1?secret=x', 'stranger'), 403)
    const who = { role: 'device', name: 'stranger', certificate: 'f' }
    deepEqual(lines, [
      {
        ...{ event: 'refused', outcome: 'refused', who, address: '192.0.2.7' },
        ...{ request: 'GET /streams/1', status: 403, code: 'access-denied' },
      },
    ])
  })

  it('refuses a path that cannot be decoded, to anonymous clients too', async () => {
    for (const role of [undefined, 'owner', 'admin']) equal(await statusFor('/streams/%c0%ae', role), 400)
  })

  it('ends a response without an end when its client may not have it any more, and no other', async () => {
    const follow = async (role: string) => {
      const { status, body } = await fetch(`${origin}/streams/1/events`, { headers: { 'x-role': role } })
      equal(status, 200)
      const reader = body?.getReader()
      await reader?.read()
      return reader
    }
    const [owner, member] = [await follow('owner'), await follow('shared')]
    grants = { ...shared, members: [] }
    await rejects(async () => await member?.read())
    let isOpen = true
    const ended = owner?.read().then(
      () => (isOpen = false),
      () => (isOpen = false),
    )
    const another = await follow('owner')
    equal(isOpen, true)
    grants = { owner: null, members: [] }
    await ended
    await rejects(async () => await another?.read())
  })

  it('keeps out a certificate of another root that no rule lets in', async () => {
    equal(await statusFor('/streams/1', 'rejected'), 403)
    equal(lines.length, 1)
  })

  it('decides about an upload at once, without a promise, where the stream is known', () => {
    const upload = (role: string) => {
      const request = new IncomingMessage(new Socket())
      Object.assign(request, { method: 'PUT', url: '/streams/1/a' }).headers['x-role'] = role
      return authorization.authorizeUpload(request, peerIn(request), '1')
    }
    equal(upload('owner'), undefined)
    let code = ''
    try {
      upload('stranger')
    } catch (error) {
      code = (error as { code: string }).code
    }
    equal(code, 'access-denied')
  })
})
