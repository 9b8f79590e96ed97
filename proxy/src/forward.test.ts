import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type ClientHttp2Session, constants } from 'node:http2'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { ask, closed, curl, dial, dialHttp2, received, say } from '../test/clients.ts'
import { reply, replyEarly } from '../test/recorder.ts'
import { type RunningProxy, runProxy } from '../test/running-proxy.ts'

const MiB = 2 ** 20

describe('forward', () => {
  let proxy: RunningProxy
  before(async () => {
    proxy = await runProxy()
  })
  beforeEach(() => {
    proxy.upstream.respondWith(reply(200))
    proxy.upstream.seen.length = 0
  })
  after(() => proxy.close())

  const last = () => proxy.upstream.seen.at(-1)
  const bigFile = () => {
    const file = join(proxy.directory, 'big')
    writeFileSync(file, randomBytes(64 * MiB))
    return file
  }

  describe('framing', () => {
    for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'POST'])
      it(`forwards an HTTP/2 ${method} with a body and no length as one request`, async () => {
        const session = await dialHttp2(proxy.port)
        const ended = proxy.upstream.end()
        const inner = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
        await ask(session, { ':path': '/x', ':method': method }, inner)
        equal((await ended).bytes, inner.length)
        await ask(session, { ':path': '/next' })
        deepEqual(
          proxy.upstream.seen.map(({ url }) => url),
          ['/x', '/next'],
        )
        session.destroy()
      })

    it('adds no body to a request without one', async () => {
      await curl(proxy.port, '/x', [])
      equal(last()?.headers['transfer-encoding'], undefined)
      equal(last()?.headers['content-length'], undefined)
      await curl(proxy.port, '/x', ['-X', 'POST', '-H', 'Content-Length: 0'])
      equal(last()?.headers['content-length'], '0')
    })

    const malformed: [string, string][] = [
      ['length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked'],
      ['two lengths', 'Content-Length: 3\r\nContent-Length: 4'],
      ['an unknown coding', 'Transfer-Encoding: xchunked'],
      ['chunked, identity', 'Transfer-Encoding: chunked, identity'],
      ['a vertical tab', 'Transfer-Encoding:\vchunked'],
      ['a folded line', 'X: a\r\n b'],
      ['a signed length', 'Content-Length: +3'],
      ['a space before the colon', 'Content-Length : 3'],
      ['a NUL in a value', 'X: a\0b'],
    ]
    for (const [what, lines] of malformed)
      it(`refuses ${what} with 400`, async () => {
        const response = await say(
          proxy.port,
          `PUT /x HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
        )
        match(response, /^HTTP\/1\.1 400 .*\{"status":400,"code":"[a-z-]+","detail":"/s)
        equal(
          proxy.upstream.seen.some(({ end }) => end === 'whole'),
          false,
        )
      })

    for (const [what, lines] of [
      ['gzip, chunked', 'Transfer-Encoding: gzip, chunked'],
      ['identity and chunked', 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked'],
      ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
    ])
      it(`refuses a body in ${what} with 400 and closes the connection`, async () => {
        const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
        const response = await say(
          proxy.port,
          `PUT /x HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n3\r\nabc\r\n0\r\n\r\n${smuggled}`,
        )
        match(response, /^HTTP\/1\.1 400 .*Connection: close/s)
        deepEqual(proxy.upstream.seen, [])
      })

    it('forwards no upload behind a request that was refused together with its connection (RFC 9112 9.6)', async () => {
      const refused = 'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'
      const behind = 'PUT /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx'
      const from = proxy.lines.length
      match(await say(proxy.port, refused + behind), /^HTTP\/1\.1 400 /)
      await proxy.logged('request refused', from)
      equal((await curl(proxy.port, '/next', ['--http1.1'])).status, 200)
      deepEqual(
        proxy.upstream.seen.map(({ url }) => url),
        ['/next'],
      )
    })

    it('forwards a body whose coding is Chunked', async () => {
      const head = 'PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n'
      match(await say(proxy.port, `${head}3\r\nabc\r\n0\r\n\r\n`), /^HTTP\/1\.1 200/)
      equal(last()?.bytes, 3)
    })

    it('drops hop-by-hop headers in both directions', async () => {
      const hops =
        'Connection: close, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\nUpgrade: websocket'
      proxy.upstream.respondWith(
        reply(200, 'ok', { connection: 'keep-alive, x-hop', 'x-hop': '1', 'x-kept': '2' }),
      )
      const response = await say(proxy.port, `GET /x HTTP/1.1\r\nHost: a\r\nX-Kept: 1\r\n${hops}\r\n\r\n`)
      const { headers = {} } = last() ?? {}
      deepEqual(
        ['x-secret', 'keep-alive', 'te', 'proxy-authorization', 'upgrade', 'x-kept'].map(
          (name) => headers[name],
        ),
        [undefined, undefined, undefined, undefined, undefined, '1'],
      )
      match(response, /x-kept: 2/)
      ok(!/x-hop/.test(response))
    })

    it('drops trailers', async () => {
      await say(
        proxy.port,
        'PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Client-Verify\r\n\r\n3\r\nabc\r\n0\r\nX-Client-Verify: SUCCESS\r\n\r\n',
      )
      equal(last()?.bytes, 3)
      equal(last()?.headers['x-client-verify'], 'NONE')
    })

    it('joins the cookies that HTTP/2 splits', async () => {
      const session = await dialHttp2(proxy.port)
      const stream = session.request({ ':path': '/x', cookie: ['a=1', 'b=2'] })
      stream.resume()
      await once(stream, 'close')
      equal(last()?.headers.cookie, 'a=1; b=2')
      session.destroy()
    })
  })

  describe('routing', () => {
    for (const path of [
      '/streams/1/../2/%2e%2e/x.m4s?a=b',
      '//evil/x',
      '/a%00b',
      '/\\evil',
      '/Streams(video.cmfv)',
    ])
      it(`forwards ${path} byte for byte`, async () => {
        await say(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
        equal(last()?.url, path)
      })

    const refused: [string, string, number, string][] = [
      ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b', 400, 'host-malformed'],
      ['no host', 'GET / HTTP/1.1', 400, 'host-malformed'],
      ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b', 400, 'host-malformed'],
      ['a target of another server', 'GET https://evil/x HTTP/1.1\r\nHost: a', 421, 'target-misdirected'],
      ['a target of http', 'GET http://localhost/x HTTP/1.1\r\nHost: localhost', 421, 'target-misdirected'],
      ['a target with a user', 'GET https://a@localhost/x HTTP/1.1\r\nHost: a', 400, 'host-malformed'],
      ['a target without host', 'GET https:///x HTTP/1.1\r\nHost: a', 400, 'host-malformed'],
      ['a target of its own and no host', 'GET https://localhost/x HTTP/1.1', 400, 'host-malformed'],
      [
        'a target of its own and two hosts',
        'GET https://a/x HTTP/1.1\r\nHost: a\r\nHost: b',
        400,
        'host-malformed',
      ],
      ['a target of another scheme', 'GET ftp://localhost/x HTTP/1.1\r\nHost: a', 400, 'target-malformed'],
      ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a', 400, 'target-malformed'],
      ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a', 405, 'method-refused'],
      ['CONNECT', 'CONNECT evil:443 HTTP/1.1\r\nHost: a', 405, 'method-refused'],
      [
        'an unknown expectation',
        'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 200-ok',
        417,
        'expectation-unknown',
      ],
    ]
    for (const [what, head, status, code] of refused)
      it(`refuses ${what} with ${status}`, async () => {
        const response = await say(proxy.port, `${head}\r\n\r\n`, /\}\n/)
        ok(response.startsWith(`HTTP/1.1 ${status} `), response)
        match(response, new RegExp(`"code":"${code}"`))
        equal(proxy.upstream.seen.length, 0)
      })

    for (const [target, host, url, named] of [
      ['https://localhost/x?a=b', 'other', '/x?a=b', 'localhost'],
      ['HTTPS://LocalHost:1234/x', 'other', '/x', 'LocalHost:1234'],
      ['https://127.0.0.1:1/x', 'other', '/x', '127.0.0.1:1'],
      ['https://camera.example', 'camera.example:443', '/', 'camera.example'],
      ['https://camera.example?a', 'Camera.example', '/?a', 'camera.example'],
      ['https://[::1]:5/%2e%2e//x', '[::1]:5', '/%2e%2e//x', '[::1]:5'],
    ] as const)
      it(`takes ${target} from a client that names the host ${host} (RFC 9112 3.2.2)`, async () => {
        await say(proxy.port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        deepEqual(
          [last()?.url, last()?.headers.host, last()?.headers['x-forwarded-host']],
          [url, named, named],
        )
      })

    it('takes HTTP/1.0 without a host', async () => {
      match(await say(proxy.port, 'GET /x HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200/)
      equal(last()?.headers['x-http-version'], '1.0')
    })

    it('prefers :authority to host', async () => {
      const session = await dialHttp2(proxy.port)
      await ask(session, { ':path': '/x', ':authority': 'right', host: 'wrong' })
      deepEqual([last()?.headers.host, last()?.headers['x-forwarded-host']], ['right', 'right'])
      session.destroy()
    })

    it('refuses CONNECT over HTTP/2 with 405', async () => {
      const session = await dialHttp2(proxy.port)
      const stream = session.request({ ':method': 'CONNECT', ':authority': 'evil:443' })
      const [headers] = await once(stream, 'response')
      equal(headers[':status'], 405)
      session.destroy()
    })

    it('gives each request an id of its own', async () => {
      const session = await dialHttp2(proxy.port)
      for (const _ of [1, 2]) await ask(session, { ':path': '/x', 'x-request-id': 'mine' })
      const ids = proxy.upstream.seen.map(({ headers }) => headers['x-request-id'])
      equal(new Set(ids).size, 2)
      equal(ids.includes('mine'), false)
      session.destroy()
    })
  })

  describe('a request that a page makes a browser send', () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1:24790' },
      { 'sec-fetch-site': 'same-site', origin: 'https://localhost:9999' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:1234' },
      { origin: 'https://localhost:12345' },
      { origin: 'https://localhost:1234.evil.example' },
      { origin: '' },
    ]
    for (const headers of foreign)
      it(`is refused when it would change something: ${JSON.stringify(headers)}`, async () => {
        const session = await dialHttp2(proxy.port)
        const socket = await dial(proxy.port)
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
          const pseudo = { ':method': method, ':path': '/x', ':authority': 'localhost:1234' }
          const { status, text } = await ask(session, { ...pseudo, ...headers }, 'a')
          deepEqual([status, JSON.parse(text).code], [403, 'cross-site'])
        }
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
        const head = `POST /x HTTP/1.1\r\nHost: localhost:1234\r\n${lines.join('')}Content-Length: 0\r\n`
        const response = received(socket, /\}\n$/)
        socket.write(`${head}Connection: close\r\n\r\n`)
        match(await response, /^HTTP\/1\.1 403 .*"code":"cross-site"/s)
        deepEqual(proxy.upstream.seen, [])
        session.destroy()
      })

    for (const headers of [
      { 'sec-fetch-site': 'same-origin', origin: 'https://localhost:1234' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://LOCALHOST:1234' },
      {},
    ])
      it(`is forwarded when it comes from this server: ${JSON.stringify(headers)}`, async () => {
        const session = await dialHttp2(proxy.port)
        const pseudo = { ':method': 'POST', ':path': '/x', ':authority': 'localhost:1234' }
        equal((await ask(session, { ...pseudo, ...headers }, 'a')).status, 200)
        session.destroy()
      })

    it('is forwarded when it only reads', async () => {
      const session = await dialHttp2(proxy.port)
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://player.example' }
        equal((await ask(session, { ':method': method, ':path': '/x', ...headers })).status, 200)
      }
      session.destroy()
    })
  })

  describe('Expect: 100-continue', () => {
    for (const version of ['--http1.1', '--http2'])
      it(`waits for ingest, then sends the body (${version})`, async () => {
        const file = join(proxy.directory, 'body')
        writeFileSync(file, randomBytes(2 * MiB))
        const { status } = await curl(proxy.port, '/x', [version, '-H', 'Expect: 100-continue', '-T', file])
        equal(status, 200)
        equal(last()?.bytes, 2 * MiB)
        equal(last()?.headers.expect, '100-continue')
      })

    it('sends a chunked body after it', async () => {
      const socket = await dial(proxy.port)
      const asked = received(socket, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
      socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n')
      await asked
      const response = received(socket, /\r\n\r\nok$/)
      socket.write('3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n')
      match(await response, /^HTTP\/1\.1 200 /)
      equal(last()?.bytes, 6)
      socket.destroy()
    })

    for (const [what, framed] of [
      ['a length', 'Content-Length: 6\r\n\r\nabcdef'],
      ['chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n'],
    ])
      it(`sends none to a client that sends a body with ${what} unasked, and keeps the connection`, async () => {
        const socket = await dial(proxy.port)
        for (let count = 0; count < 2; count += 1) {
          const response = received(socket, /\r\n\r\nok$/)
          socket.write(`PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${framed}`)
          match(await response, /^HTTP\/1\.1 200 .*\r\nConnection: keep-alive\r\n/s)
          equal(last()?.bytes, 6)
          socket.removeAllListeners('data')
        }
        socket.destroy()
      })

    it('sends none over HTTP/2 when the body has arrived', async () => {
      const session = await dialHttp2(proxy.port)
      const stream = session.request({ ':path': '/x', ':method': 'PUT', expect: '100-continue' })
      stream.on('continue', () => stream.destroy(new Error('100 Continue')))
      stream.end('abc')
      const [headers] = await once(stream, 'response')
      deepEqual([headers[':status'], last()?.bytes], [200, 3])
      session.destroy()
    })

    it('reads all of a client that sends without waiting and resets its connection, before it writes 100', async () => {
      let respond = () => {}
      proxy.upstream.respondWith((request, response) => {
        respond = () => response.writeContinue()
        request.on('end', () => setImmediate(() => response.writeHead(204).end()))
      })
      const tcp = connectPlain(proxy.port, '127.0.0.1')
      const socket = await dial(proxy.port, { socket: tcp })
      const head = (path: string) =>
        `PUT ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`
      const headed = proxy.upstream.head()
      socket.write(head('/first'))
      await headed
      // The proxy finds all of this in its next turn, what ingest sent first: writing to this client would fail.
      respond()
      proxy.upstream.respondWith(reply(200))
      socket.write(`abc${head('/next')}abc`)
      tcp.resetAndDestroy()
      await until('the next', async () => last()?.url === '/next' && last()?.end !== null, 10_000)
      deepEqual(
        proxy.upstream.seen.map(({ bytes, end }) => `${bytes} ${end}`),
        ['3 whole', '3 whole'],
      )
    })

    it('lets ingest refuse before a byte of the body is sent', async () => {
      proxy.upstream.respondWith(replyEarly(403))
      const { status, uploaded } = await curl(proxy.port, '/x', ['--http1.1', '-T', bigFile()])
      deepEqual({ status, uploaded }, { status: 403, uploaded: 0 })
    })

    it('sends no 100 before ingest does', async () => {
      let allow = () => {}
      proxy.upstream.respondWith((request, response) => {
        allow = () => reply(200)(request, response)
      })
      const socket = await dial(proxy.port)
      const head = proxy.upstream.head()
      const response = received(socket, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
      socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
      await head
      equal(socket.bytesRead, 0)
      allow()
      await response
      socket.destroy()
    })
  })

  describe('a response before the end of the body', () => {
    for (const version of ['--http1.1', '--http2'])
      it(`reaches curl that sends 64 MiB (${version})`, async () => {
        proxy.upstream.respondWith(replyEarly(404, '{"status":404}'))
        const ended = proxy.upstream.end()
        const { status, body, exit, stderr } = await curl(proxy.port, '/x', [
          version,
          '-H',
          'Expect:',
          '-T',
          bigFile(),
        ])
        deepEqual(
          { status, body, exit, stderr },
          { status: 404, body: '{"status":404}', exit: 0, stderr: '' },
        )
        equal((await ended).end, 'aborted')
      })

    it('reaches a client that reads only after it has sent everything', async () => {
      proxy.upstream.respondWith(replyEarly(413, '{"status":413}'))
      const socket = await dial(proxy.port)
      socket.pause()
      socket.write(`PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${32 * MiB}\r\n\r\n`)
      for (let sent = 0; sent < 32; sent += 1)
        await new Promise((resolve) => socket.write(randomBytes(MiB), resolve))
      socket.resume()
      match(await received(socket), /^HTTP\/1\.1 413 .*Connection: close.*\{"status":413\}$/s)
    })

    it('leaves 20 sibling uploads on the same HTTP/2 connection alone', async () => {
      proxy.upstream.respondWith((request, response) =>
        request.url === '/unknown' ? replyEarly(404)(request, response) : reply(202)(request, response),
      )
      const session = await dialHttp2(proxy.port)
      const body = randomBytes(MiB)
      const put = (path: string) => ask(session, { ':method': 'PUT', ':path': path }, body)
      const paths = Array.from({ length: 20 }, (_, at) => `/known/${at}`)
      const [unknown, ...known] = await Promise.all(['/unknown', ...paths].map(put))
      equal(unknown?.status, 404)
      deepEqual(new Set(known.map(({ status }) => status)), new Set([202]))
      const digest = createHash('sha256').update(body).digest('hex')
      const whole = proxy.upstream.seen.filter(({ end, sha256 }) => end === 'whole' && sha256 === digest)
      equal(whole.length, 20)
      session.destroy()
    })
  })

  describe('a broken-off transfer', () => {
    const cutUploads: [string, (session: ClientHttp2Session) => void][] = [
      // Node's own close() sends END_STREAM before the reset.
      ['a reset', (session) => void cutStream(session)?.destroy(new Error('reset'))],
      ['a lost connection', (session) => session.destroy()],
      ['a closed socket', (session) => void session.socket.destroy()],
    ]
    const cutStream = (session: ClientHttp2Session) => streams.get(session)
    const streams = new WeakMap<ClientHttp2Session, ReturnType<ClientHttp2Session['request']>>()

    for (const length of ['with', 'without'])
      for (const [what, cut] of cutUploads)
        it(`of an HTTP/2 upload ${length} length by ${what} is one for ingest`, async () => {
          const session = await dialHttp2(proxy.port)
          const [headed, ended] = [proxy.upstream.head(), proxy.upstream.end()]
          const sized = length === 'with' ? { 'content-length': '100' } : {}
          const stream = session.request({ ':method': 'PUT', ':path': '/cut', ...sized })
          stream.on('error', () => {})
          streams.set(session, stream)
          stream.write('a bit')
          await headed
          cut(session)
          equal((await ended).end, 'aborted')
          session.destroy()
        })

    for (const request of [
      { ':method': 'PUT', ':path': '/reset' },
      { ':method': 'PUT', ':path': '/reset', 'content-length': '100' },
      { ':method': 'PUT', ':path': '/reset', expect: '100-continue' },
      { ':method': 'POST', ':path': '/streams/1/reset' },
    ])
      it(`of an HTTP/2 upload at once after its head is one for ingest: ${JSON.stringify(request)}`, async () => {
        const session = await dialHttp2(proxy.port)
        const ended = proxy.upstream.end()
        const reset = session.request(request)
        reset.on('error', () => {})
        reset.destroy(new Error('reset'))
        const { end, bytes, url } = await ended
        deepEqual([end, bytes, url], ['aborted', 0, request[':path']])
        session.destroy()
      })

    for (const request of [{ ':path': '/reset' }, { ':method': 'POST', ':path': '/streams' }])
      it(`of another request at once after its head does not reach ingest: ${JSON.stringify(request)}`, async () => {
        const session = await dialHttp2(proxy.port)
        const reset = session.request(request)
        reset.on('error', () => {})
        reset.destroy(new Error('reset'))
        await ask(session, { ':path': '/next' })
        deepEqual(
          proxy.upstream.seen.map(({ url }) => url),
          ['/next'],
        )
        session.destroy()
      })

    for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked'])
      for (const expect of ['', '\r\nExpect: 100-continue'])
        for (const how of ['destroySoon', 'end', 'resetAndDestroy'] as const)
          it(`of an HTTP/1 upload at once after its head (${head}${expect}) by ${how} is one for ingest`, async () => {
            const tcp = connectPlain(proxy.port, '127.0.0.1')
            const socket = await dial(proxy.port, { socket: tcp })
            const ended = proxy.upstream.end()
            socket.write(`PUT /cut HTTP/1.1\r\nHost: a\r\n${head}${expect}\r\n\r\n`)
            if (how === 'resetAndDestroy') await new Promise((resolve) => socket.write('', resolve))
            if (how === 'resetAndDestroy') tcp.resetAndDestroy()
            else socket[how]()
            const { end, bytes } = await ended
            deepEqual([end, bytes], ['aborted', 0])
            socket.destroy()
          })

    for (const [what, head] of [
      ['a length', 'Content-Length: 100\r\n\r\nabc'],
      ['chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ])
      for (const how of ['destroy', 'end'] as const)
        it(`of an HTTP/1 upload with ${what} by ${how} is one for ingest`, async () => {
          const socket = await dial(proxy.port)
          const [headed, ended] = [proxy.upstream.head(), proxy.upstream.end()]
          socket.write(`PUT /cut HTTP/1.1\r\nHost: a\r\n${head}`)
          await headed
          socket[how]()
          equal((await ended).end, 'aborted')
          socket.destroy()
        })

    for (const version of ['--http1.1', '--http2'])
      for (const framing of [{ 'content-length': 100 }, {}])
        it(`of a download ${JSON.stringify(framing)} makes curl fail (${version})`, async () => {
          proxy.upstream.respondWith((request, response) => {
            response.writeHead(200, framing)
            response.write('some', () => request.socket.destroy())
          })
          const { exit } = await curl(proxy.port, '/x', [version])
          ok(exit > 0, String(exit))
        })

    it('of a download by its client ends the request to ingest', async () => {
      proxy.upstream.respondWith((_request, response) => void response.writeHead(200).write('some'))
      const session = await dialHttp2(proxy.port)
      const closed = new Promise((resolve) =>
        proxy.upstream.respondWith((request, response) => {
          request.socket.once('close', resolve)
          response.writeHead(200).write('some')
        }),
      )
      const stream = session.request({ ':path': '/x' })
      stream.on('error', () => {})
      await once(stream, 'data')
      stream.close(constants.NGHTTP2_CANCEL)
      await closed
      const socket = await dial(proxy.port)
      const closedToo = new Promise((resolve) =>
        proxy.upstream.respondWith((request, response) => {
          request.socket.once('close', resolve)
          response.writeHead(200).write('some')
        }),
      )
      socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')
      await once(socket, 'data')
      socket.destroy()
      await closedToo
      session.destroy()
    })

    it('after the last byte of an upload loses nothing while ingest is down', async () => {
      const body = randomBytes(60_000)
      const digest = createHash('sha256').update(body).digest('hex')
      for (const version of [1, 2]) {
        proxy.upstream.stop()
        const logged = proxy.lines.length
        const gone = Promise.withResolvers<void>()
        if (version === 1) {
          const socket = await dial(proxy.port)
          socket.write(`PUT /left HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`)
          socket.end(body, () => setTimeout(() => socket.destroy(), 200)).once('close', gone.resolve)
        } else {
          const session = await dialHttp2(proxy.port)
          const stream = session.request({ ':method': 'PUT', ':path': '/left' })
          stream.on('error', () => {})
          stream.end(body, () => setTimeout(() => session.destroy(), 200))
          session.once('close', gone.resolve)
        }
        await gone.promise
        const ended = proxy.upstream.end()
        await proxy.upstream.start()
        const { end, sha256 } = await ended
        deepEqual({ version, end, sha256 }, { version, end: 'whole', sha256: digest })
        ok(logged >= 0)
      }
    })
  })

  it('responds to a client that has closed its side after the request', async () => {
    const socket = await dial(proxy.port, { allowHalfOpen: true } as object)
    const response = received(socket)
    socket.end('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc')
    match(await response, /^HTTP\/1\.1 200/)
  })

  it('serves pipelined requests one after the other, in order', async () => {
    const order: string[] = []
    proxy.upstream.respondWith((request, response) => {
      order.push(`begin ${request.url}`)
      const finish = () => {
        order.push(`end ${request.url}`)
        response.end(request.url)
      }
      request.on('end', () => setTimeout(finish, request.url === '/1' ? 100 : 0))
    })
    const put = (path: string, more = '') =>
      `PUT ${path} HTTP/1.1\r\nHost: a\r\n${more}Content-Length: 3\r\n\r\nabc`
    const response = await say(proxy.port, put('/1') + put('/2') + put('/3', 'Connection: close\r\n'))
    deepEqual(response.match(/^\/\d|(?<=\n)\/\d/gm), ['/1', '/2', '/3'])
    deepEqual(
      order,
      [1, 2, 3].flatMap((at) => [`begin /${at}`, `end /${at}`]),
    )
  })

  it('drops pipelined downloads of a client that has left, without a warning of Node', async () => {
    const warnings: string[] = []
    const onWarning = ({ message }: Error) => void warnings.push(message)
    process.on('warning', onWarning)
    const gone = Promise.withResolvers<void>()
    proxy.upstream.respondWith(async (_request, response) => {
      await gone.promise
      response.end('ok')
    })
    const get = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
    const from = proxy.lines.length
    const socket = await dial(proxy.port)
    const first = proxy.upstream.head()
    socket.write(get.repeat(40))
    await first
    socket.destroy()
    await closed(socket)
    gone.resolve()
    const dropped = () => proxy.lines.slice(from).filter(({ outcome }) => outcome === 'client-gone').length
    // The proxy learns that the client has left only while it forwards the first.
    await until('most are dropped', async () => dropped() >= 30)
    process.off('warning', onWarning)
    ok(proxy.upstream.seen.length <= 10, String(proxy.upstream.seen.length))
    deepEqual(warnings, [])
  })

  for (const how of ['end', 'destroy'] as const)
    it(`forwards all pipelined uploads of a client that leaves without a response (${how})`, async () => {
      const put = (at: number) => `PUT /${at} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`
      const [first, last] = [proxy.upstream.head(), Promise.withResolvers<void>()]
      proxy.upstream.respondWith(async (request, response) => {
        if (request.url === '/1') await gone.promise
        response.end('ok')
        if (request.url === '/20') last.resolve()
      })
      const gone = Promise.withResolvers<void>()
      const socket = await dial(proxy.port)
      socket.write(Array.from({ length: 20 }, (_, at) => put(at + 1)).join(''))
      await first
      socket[how]()
      if (how === 'destroy') await closed(socket)
      gone.resolve()
      await last.promise
      equal(proxy.upstream.seen.length, 20)
      socket.destroy()
    })

  it('forwards each piece of a slow body at once', async () => {
    const pieces: string[] = []
    let arrived = Promise.withResolvers<void>()
    proxy.upstream.respondWith((request, response) => {
      request.on('data', (bytes) => {
        pieces.push(String(bytes))
        arrived.resolve()
      })
      reply(200)(request, response)
    })
    const socket = await dial(proxy.port)
    socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const piece of ['a', 'b', 'c']) {
      arrived = Promise.withResolvers<void>()
      socket.write(`1\r\n${piece}\r\n`)
      await arrived.promise
    }
    const response = received(socket)
    socket.write('0\r\n\r\n')
    match(await response, /^HTTP\/1\.1 200/)
    deepEqual(pieces, ['a', 'b', 'c'])
  })
})
