import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectPlain, createServer } from 'node:net'
import { ask, closed, curl, dial, dialHttp2, received, say } from '../../test/clients.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

describe('the TLS server', () => {
  let proxy: RunningProxy
  before(async () => {
    proxy = await runProxy({
      PROXY_HANDSHAKE_TIMEOUT: '500ms',
      PROXY_HEADERS_TIMEOUT: '500ms',
      PROXY_BODY_IDLE: '700ms',
    })
  })
  after(() => proxy.close())

  it('serves HTTP/2, HTTP/1.1 and clients without ALPN (D-12)', async () => {
    const of = async (args: string[]) => {
      const { version } = await curl(proxy.port, '/x', args)
      return [
        version,
        proxy.upstream.seen.at(-1)?.headers['x-tls-alpn'],
        proxy.upstream.seen.at(-1)?.headers['x-http-version'],
      ]
    }
    deepEqual(await of(['--http2']), ['2', 'h2', '2'])
    deepEqual(await of(['--http1.1']), ['1.1', 'http/1.1', '1.1'])
    deepEqual(await of(['--no-alpn']), ['1.1', undefined, '1.1'])
  })

  it('serves both loopback addresses, of IPv4 and IPv6 (C-13)', async () => {
    equal((await curl(proxy.port, '/x', ['-4'])).status, 200)
    equal((await curl(proxy.port, '/x', ['-6'])).status, 200)
    equal(proxy.upstream.seen.at(-1)?.headers['x-forwarded-for'], '::1')
  })

  it('refuses TLS 1.1, and logs the failed handshake with its address (C-04)', async () => {
    const from = proxy.lines.length
    const args = ['--tls-max', '1.1', '--tlsv1.0', '--ciphers', 'DEFAULT@SECLEVEL=0']
    ok((await curl(proxy.port, '/x', args)).exit > 0)
    const { code, reason, address } = await proxy.logged('handshake failed', from)
    match(`${code} ${reason}`, /unsupported.protocol/i)
    match(String(address), /^(127\.0\.0\.1|::1)$/)
  })

  it('logs a client that does not trust it, and reports it to ingest', async () => {
    const from = proxy.lines.length
    const reported = once(proxy.upstream.events, 'report')
    ok((await curl(proxy.port, '/x', ['--cacert', '/dev/null'])).exit > 0)
    match(String((await proxy.logged('handshake failed', from)).address), /^(127\.0\.0\.1|::1)$/)
    await reported
    match(proxy.upstream.reports.at(-1)?.address ?? '', /^(127\.0\.0\.1|::1)$/)
  })

  it('leaves the line to ingest where that accepts the report, and logs it where none does', async () => {
    const from = proxy.lines.length
    ok((await curl(proxy.port, '/x', ['--cacert', '/dev/null'])).exit > 0)
    equal((await proxy.logged('handshake failed', from)).level, 'debug')
    const alone = await runProxy()
    alone.upstream.stop()
    ok((await curl(alone.port, '/x', ['--cacert', '/dev/null'])).exit > 0)
    equal((await alone.logged('handshake failed')).level, 'info')
    await alone.close()
  })

  it('says in words that it speaks https to clients that speak http, and logs that once', async () => {
    const from = proxy.lines.length
    const body = 'x'.repeat(100_000)
    for (const request of [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      `PUT /streams/1/a.m4s HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`,
      'DELETE /streams/1 HTTP/1.1\r\nHost: a\r\n\r\n',
      'OPTIONS * HTTP/1.0\r\n\r\n',
      'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]) {
      const socket = connectPlain(proxy.port, '127.0.0.1')
      socket.on('error', () => {})
      const response = received(socket)
      socket.write(request)
      match(await response, /^HTTP\/1\.1 400 .*Connection: close.*"code":"plain-http".*https/s)
      if (!socket.destroyed) await closed(socket)
    }
    equal((await proxy.logged('handshake failed', from)).address, '127.0.0.1')
    equal(proxy.lines.slice(from).filter(({ msg }) => msg === 'handshake failed').length, 1)
  })

  it('closes a connection that never begins its handshake (D-11)', async () => {
    const from = proxy.lines.length
    const socket = connectPlain(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    await closed(socket.resume())
    equal((await proxy.logged('handshake failed', from)).code, 'ERR_TLS_HANDSHAKE_TIMEOUT')
  })

  it('allows no renegotiation', async () => {
    const socket = await dial(proxy.port, { maxVersion: 'TLSv1.2' })
    const refused = await new Promise((resolve) => {
      socket.renegotiate({ rejectUnauthorized: false }, resolve)
      socket.once('close', () => resolve(new Error('closed')))
    })
    ok(refused instanceof Error)
  })

  it('responds to 1 MB of headers with 431', async () => {
    const head = `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'x'.repeat(1000)}\r\n`.repeat(1000)}\r\n`
    match(await say(proxy.port, head), /^HTTP\/1\.1 431 .*"code":"headers-too-large"/s)
  })

  for (const [what, fields] of [
    ['one field of 70 kB', [['x', 'x'.repeat(70_000)]]],
    ['70 kB in seven fields', Array.from({ length: 7 }, (_, at) => [`x-${at}`, 'x'.repeat(10_000)])],
    ['17 kB in 1000 fields', Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, 'x'.repeat(10)])],
    ['130 kB in 4000 fields', Array.from({ length: 4_000 }, (_, at) => [`x-${at}`, 'x'.repeat(20)])],
  ] as const)
    it(`responds to ${what} over HTTP/2 with 431, and serves the next request of the connection`, async () => {
      const session = await dialHttp2(proxy.port, undefined, { maxSendHeaderBlockLength: 2 ** 20 })
      const { status, text } = await ask(session, { ':path': '/x', ...Object.fromEntries(fields) })
      deepEqual([status, JSON.parse(text).code], [431, 'headers-too-large'])
      equal((await ask(session, { ':path': '/next' })).status, 200)
      equal(proxy.upstream.seen.at(-1)?.url, '/next')
      session.destroy()
    })

  it('forwards 15 kB of headers in 200 fields over HTTP/2', async () => {
    const session = await dialHttp2(proxy.port)
    const fields = Array.from({ length: 200 }, (_, at) => [`x-${at}`, 'x'.repeat(65)])
    equal((await ask(session, { ':path': '/x', ...Object.fromEntries(fields) })).status, 200)
    session.destroy()
  })

  it('logs a header field over 64 KiB, which nghttp2 cannot decode (RFC 9113 4.3)', async () => {
    const from = proxy.lines.length
    const session = await dialHttp2(proxy.port, undefined, { maxSendHeaderBlockLength: 2 ** 20 })
    const gone = closed(session)
    equal((await ask(session, { ':path': '/x', x: '{'.repeat(70_000) })).status, 0)
    await gone
    const { level, address } = await proxy.logged('http/2 connection failed', from)
    deepEqual([level, address], ['info', '127.0.0.1'])
  })

  it('refuses 1 MB of headers over HTTP/2 and goes on serving', async () => {
    const session = await dialHttp2(proxy.port)
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-${at}`, 'x'.repeat(10_000)]))
    ok((await ask(session, { ':path': '/x', ...many }).catch(() => ({ status: 0 }))).status !== 200)
    session.destroy()
    equal((await curl(proxy.port, '/x', ['--http2'])).status, 200)
  })

  for (const version of [1, 2])
    it(`aborts a body that falls silent, for ingest too (C-10, HTTP/${version})`, async () => {
      const ended = proxy.upstream.end()
      if (version === 1) {
        const socket = await dial(proxy.port)
        socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
        await received(socket)
      } else {
        const session = await dialHttp2(proxy.port)
        const stream = session.request({ ':method': 'PUT', ':path': '/x' })
        stream.write('abc')
        stream.on('error', () => {})
        await closed(stream)
        session.destroy()
      }
      equal((await ended).end, 'aborted')
    })

  for (const version of [1, 2])
    it(`lets a slow body take longer than the idle time (D-11, HTTP/${version})`, async () => {
      const bits = async (write: (bit: string) => void) => {
        for (let bit = 0; bit < 10; bit += 1) {
          write('x')
          await new Promise((resolve) => setTimeout(resolve, 150))
        }
      }
      const ended = proxy.upstream.end()
      if (version === 1) {
        const socket = await dial(proxy.port)
        socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n')
        await bits((bit) => socket.write(bit))
        socket.destroy()
      } else {
        const session = await dialHttp2(proxy.port)
        const stream = session.request({ ':method': 'PUT', ':path': '/x' })
        await bits((bit) => stream.write(bit))
        stream.end()
        await closed(stream.resume())
        session.destroy()
      }
      equal((await ended).end, 'whole')
    })

  it('limits concurrent HTTP/2 streams in its settings', async () => {
    const session = await dialHttp2(proxy.port)
    await new Promise((resolve) => session.ping(resolve))
    equal(session.remoteSettings.maxConcurrentStreams, 128)
    session.destroy()
  })
})

describe('headers that do not arrive', () => {
  it('get 408 (D-11)', async () => {
    const proxy = await runProxy({ PROXY_HEADERS_TIMEOUT: '500ms' })
    const response = await say(proxy.port, 'GET / HTTP/1.1\r\nHost')
    match(response, /^HTTP\/1\.1 408 .*"code":"headers-late"/s)
    await proxy.close()
  })
})

describe('closing the proxy', () => {
  const half = (path: string) => `PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc`

  it('completes uploads in flight and accepts no new connection', async () => {
    const proxy = await runProxy()
    const [socket, idle] = [await dial(proxy.port), await dial(proxy.port)]
    const idleClosed = closed(idle.resume())
    const session = await dialHttp2(proxy.port)
    const firstHead = proxy.upstream.head()
    socket.write(half('/1'))
    await firstHead
    const secondHead = proxy.upstream.head()
    const stream = session.request({ ':method': 'PUT', ':path': '/2' })
    stream.write('abc')
    await secondHead

    const proxyClosed = proxy.close({ upstream: 'later' })
    const refused = connectPlain(proxy.port, '127.0.0.1')
    const [error] = await new Promise<Error[]>((resolve) => refused.once('error', (...it) => resolve(it)))
    equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    const responses = Promise.all([received(socket), once(stream, 'response')])
    socket.write('def')
    stream.end('def')
    const [http1, [http2]] = await responses
    equal(http2[':status'], 200)
    match(http1, /^HTTP\/1\.1 200 .*Connection: close/s)
    await Promise.all([proxyClosed, idleClosed])
    deepEqual(
      proxy.upstream.seen.map(({ end }) => end),
      ['whole', 'whole'],
    )
  })

  it('sends the response of the last HTTP/2 upload to its end', async () => {
    const proxy = await runProxy()
    const session = await dialHttp2(proxy.port)
    const head = proxy.upstream.head()
    const stream = session.request({ ':method': 'PUT', ':path': '/1' })
    stream.write('abc')
    await head
    const proxyClosed = proxy.close({ upstream: 'later' })
    const response = once(stream, 'response')
    const end = once(stream.resume(), 'end')
    stream.end('def')
    const [headers] = await response
    await end
    deepEqual([headers[':status'], stream.rstCode], [200, 0])
    await proxyClosed
  })

  it('aborts exchanges that do not end in time', async () => {
    const proxy = await runProxy({ PROXY_DRAIN: '200ms' })
    const socket = await dial(proxy.port)
    const [headed, ended, gone] = [proxy.upstream.head(), proxy.upstream.end(), closed(socket.resume())]
    socket.write(half('/1'))
    await headed
    await Promise.all([proxy.close({ upstream: 'later' }), gone])
    equal((await ended).end, 'aborted')
    ok(proxy.lines.some(({ msg }) => msg === 'exchanges aborted, because they did not end in time'))
  })
})

describe('listen', () => {
  it('rejects when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const failed = await runProxy({ PORT: String(port) }).catch((error) => error)
    equal(failed.code, 'EADDRINUSE')
    other.close()
  })
})
