import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectPlain, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Identity, pki } from '../../test/certificates.ts'
import { ask, closed, dial, dialHttp2 } from '../../test/clients.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

const off = Object.fromEntries(
  ['ADDRESS', 'CERTIFICATE'].flatMap((client) =>
    ['CONNECTIONS', 'HANDSHAKES', 'REQUESTS', 'BYTES'].map((unit) => [`MAX_${client}_${unit}`, 'off']),
  ),
)

describe('limits', () => {
  let built: AsyncDisposableStack
  beforeEach(() => {
    built = new AsyncDisposableStack()
  })
  afterEach(() => built.disposeAsync())

  async function start(settings: Record<string, string>): Promise<RunningProxy> {
    const proxy = await runProxy({ ...off, ...settings })
    built.defer(() => proxy.close())
    return proxy
  }

  async function session(proxy: RunningProxy, identity?: Identity) {
    const opened = await dialHttp2(proxy.port, identity)
    built.defer(() => opened.destroy())
    return opened
  }

  /** TCP alone. */
  function connectTo(proxy: RunningProxy): Socket {
    const socket = connectPlain(proxy.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    built.defer(() => void socket.destroy())
    return socket
  }

  /** Whether a TLS connection is accepted. */
  async function opens(proxy: RunningProxy): Promise<boolean> {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.on('error', () => {})
    const opened = once(socket, 'secureConnect').then(
      () => true,
      () => false,
    )
    const isOpen = await Promise.race([opened, closed(socket).then(() => false)])
    socket.destroy()
    return isOpen
  }

  it('refuse requests of a certificate with 429, serve others, and go on a second later', async () => {
    const { device, secondDevice } = await pki
    const proxy = await start({ MAX_CERTIFICATE_REQUESTS: '10' })
    const [busy, other] = [await session(proxy, device), await session(proxy, secondDevice)]
    // At once, because a busy machine may need more than a second for ten that follow one another.
    const refused = await until('a refusal', async () => {
      const asked = Array.from({ length: 50 }, () => ask(busy, { ':path': '/x' }))
      return (await Promise.all(asked)).find(({ status }) => status === 429)
    })
    deepEqual([refused.headers['retry-after'], JSON.parse(refused.text).code], ['1', 'rate-exceeded'])
    match(JSON.parse(refused.text).detail, /This client certificate may .*10 a second/)
    equal((await ask(other, { ':path': '/x' })).status, 200)
    await until('the end of the second', async () => (await ask(busy, { ':path': '/x' })).status === 200)
  })

  it('serve as many requests of a second as the limit says', async () => {
    const proxy = await start({ MAX_ADDRESS_REQUESTS: '500' })
    const client = await session(proxy)
    const statuses: number[] = []
    for (let sent = 0; sent < 500; sent += 50) {
      const asked = Array.from({ length: 50 }, () => ask(client, { ':path': '/x' }))
      statuses.push(...(await Promise.all(asked)).map(({ status }) => status))
    }
    deepEqual(new Set(statuses), new Set([200]))
  })

  it('count and log a refusal, once a minute for each client', async () => {
    const { path } = built.use(await temporaryDirectory())
    const socketPath = join(path, 'metrics.sock')
    const proxy = await start({ MAX_ADDRESS_REQUESTS: '2', METRICS_ADDRESS: `unix:${socketPath}` })
    const client = await session(proxy)
    let refusals = 0
    while (refusals < 5) if ((await ask(client, { ':path': '/x' })).status === 429) refusals += 1
    const lines = proxy.lines.filter(({ msg }) => msg === 'limit reached')
    deepEqual(
      lines.map(({ address, unit, max }) => [address, unit, max]),
      [['127.0.0.1', 'requests', 2]],
    )
    const [response] = await once(request({ socketPath, path: '/metrics' }).end(), 'response')
    match(await text(response), /^pavs_proxy_limited_total\{.*limit="address-requests".*\} 5$/m)
  })

  it('close a connection of an address that holds too many, until one of them ends', async () => {
    const proxy = await start({ MAX_ADDRESS_CONNECTIONS: '3' })
    const held = [await dial(proxy.port), await dial(proxy.port), await dial(proxy.port)]
    await closed(connectTo(proxy))
    equal((await proxy.logged('limit reached')).unit, 'connections')
    held[0]?.destroy()
    await until('a place', () => opens(proxy))
    for (const socket of held) socket.destroy()
  })

  it('close a connection of a certificate that holds too many; the others of its address go on', async () => {
    const { device } = await pki
    const proxy = await start({ MAX_CERTIFICATE_CONNECTIONS: '1' })
    const first = await session(proxy, device)
    await closed(await dialHttp2(proxy.port, device))
    for (const client of [first, await session(proxy)])
      equal((await ask(client, { ':path': '/x' })).status, 200)
  })

  it('close connections before their handshake when an address begins too many', async () => {
    const proxy = await start({ MAX_ADDRESS_HANDSHAKES: '3' })
    const from = proxy.lines.length
    // At once, because a busy machine may need more than a second for three that follow one another.
    await until('a refusal', async () => {
      const opened = await Promise.all(Array.from({ length: 8 }, () => opens(proxy)))
      return opened.includes(false)
    })
    equal((await proxy.logged('limit reached', from)).unit, 'handshakes')
    equal(proxy.lines.slice(from).filter(({ msg }) => msg === 'handshake failed').length, 0)
    await until('the end of the second', () => opens(proxy))
  })

  it('close a connection that goes on sending more bytes than its address may', async () => {
    const proxy = await start({ MAX_ADDRESS_BYTES: '64KiB' })
    const socket = await dial(proxy.port)
    socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const timer = setInterval(() => socket.write(chunk), 10)
    await closed(socket.resume())
    clearInterval(timer)
    equal((await proxy.logged('limit reached')).unit, 'bytes')
    const { status, headers } = await ask(await session(proxy), { ':path': '/x' })
    equal(status, 429)
    ok(Number(headers['retry-after']) <= 10)
  }).timeout(20_000)

  it('are shared by proxies with one Redis, and go on without it', async () => {
    const redis = built.use(await startRedisServer())
    const settings = { MAX_ADDRESS_REQUESTS: '20', LIMITS_REDIS_URL: redis.path }
    const proxies = [await start(settings), await start(settings)]
    const clients = await Promise.all(proxies.map((proxy) => session(proxy)))
    const refusals = async (client: (typeof clients)[number] | undefined, count: number) => {
      if (!client) return 0
      const asked = Array.from({ length: count }, () => ask(client, { ':path': '/x' }))
      return (await Promise.all(asked)).filter(({ status }) => status === 429).length
    }
    const [one, other] = clients
    // The first uses up what both may do; the other asks Redis behind its first request.
    await until('a refusal by the other', async () => {
      await refusals(one, 40)
      await refusals(one, 40)
      await refusals(other, 1)
      return (await refusals(other, 1)) > 0
    })
    await redis.kill()
    for (const client of clients) {
      await until('service', async () => (await refusals(client, 1)) === 0)
      await until('a refusal', async () => (await refusals(client, 40)) > 0)
    }
  }).timeout(30_000)
})
