import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { ask, dialHttp2 } from '../test/clients.ts'
import { runProxy } from '../test/running-proxy.ts'

describe('the end of a proxy', () => {
  const body = Buffer.alloc(20_000, 'x')

  it('loses no response that has left ingest, and that a client of HTTP/2 has not read', async () => {
    const proxy = await runProxy({ PROXY_DRAIN: '30s' })
    proxy.upstream.respondWith((_request, response) => void response.end(body))
    const session = await dialHttp2(proxy.port, undefined, { settings: { initialWindowSize: 1_000 } })
    const stream = session.request({ ':path': '/x' })
    await once(stream, 'response')
    await proxy.logged('exchange ended')
    const ended = proxy.close()
    equal((await buffer(stream)).length, body.length)
    session.close()
    await ended
    equal(
      proxy.lines.some(({ msg }) => msg.startsWith('exchanges aborted')),
      false,
    )
  })

  it('goes on without clients that never read', async () => {
    const proxy = await runProxy({ PROXY_DRAIN: '100ms' })
    proxy.upstream.respondWith((_request, response) => void response.end(body))
    const session = await dialHttp2(proxy.port, undefined, { settings: { initialWindowSize: 1_000 } })
    const stream = session.request({ ':path': '/x' })
    stream.on('error', () => {})
    await once(stream, 'response')
    await proxy.logged('exchange ended')
    await proxy.close()
    equal((await proxy.logged('exchanges aborted, because they did not end in time')).level, 'warn')
    session.destroy()
  })

  it('waits for no response that its client has', async () => {
    const proxy = await runProxy({ PROXY_DRAIN: '30s' })
    proxy.upstream.respondWith((_request, response) => void response.end(body))
    const session = await dialHttp2(proxy.port)
    for (let n = 0; n < 200; n++) equal((await ask(session, { ':path': '/x' })).text.length, body.length)
    await proxy.close()
    equal(
      proxy.lines.some(({ msg }) => msg.startsWith('exchanges aborted')),
      false,
    )
    session.destroy()
  })
})
