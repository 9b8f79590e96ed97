import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { dial, received } from '../test/clients.ts'
import { type RunningProxy, runProxy } from '../test/running-proxy.ts'

const request = 'GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

describe('proxies with REUSE_PORT', () => {
  // Other kernels do not share a port.
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('listen on one port together, and clients resume their sessions at any of them', async () => {
    const first = await runProxy({ REUSE_PORT: 'true' })
    const second = await another(first)
    let session = await sessionOf(await dial(first.port, { maxVersion: 'TLSv1.2' }))
    const resumed: boolean[] = []
    for (let n = 0; n < 40; n++) {
      const socket = await dial(first.port, { session, maxVersion: 'TLSv1.2' })
      resumed.push(socket.isSessionReused())
      const response = received(socket)
      socket.write(request)
      ok((await response).startsWith('HTTP/1.1 200'))
      session = socket.getSession() ?? session
    }
    equal(
      resumed.every((isReused) => isReused),
      true,
    )
    ok(first.upstream.seen.length > 0)
    ok(second.upstream.seen.length > 0)
    equal(first.upstream.seen.length + second.upstream.seen.length, 40)
    // A session of the port without client certificates is none of the other port.
    const ofBrowser = await sessionOf(await dial(first.uiPort ?? 0, { maxVersion: 'TLSv1.2' }))
    const elsewhere = await dial(first.port, { session: ofBrowser, maxVersion: 'TLSv1.2' })
    equal(elsewhere.isSessionReused(), false)
    elsewhere.destroy()
    await Promise.all([first.close(), second.close()])
  })

  it('serve all connections when one of them ends', async () => {
    const first = await runProxy({ REUSE_PORT: 'true' })
    const second = await another(first)
    await first.close()
    for (let n = 0; n < 10; n++) {
      const socket = await dial(second.port)
      const response = received(socket)
      socket.write(request)
      ok((await response).startsWith('HTTP/1.1 200'))
    }
    deepEqual(second.upstream.seen.length, 10)
    await second.close()
  })

  it('do not share a port with a proxy without it', async () => {
    const first = await runProxy()
    await rejects(another(first), { code: 'EADDRINUSE' })
    await first.close()
  })

  function another({ port, uiPort }: RunningProxy): Promise<RunningProxy> {
    return runProxy({ REUSE_PORT: 'true', PORT: String(port), UI_PORT: String(uiPort) })
  }

  async function sessionOf(socket: TLSSocket): Promise<Buffer> {
    const session = socket.getSession() ?? (await once(socket, 'session'))[0]
    socket.destroy()
    return session
  }
})
