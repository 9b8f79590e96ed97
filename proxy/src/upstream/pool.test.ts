import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { ask, curl, dial, dialHttp2, received } from '../../test/clients.ts'
import { reply } from '../../test/recorder.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

describe('the connection pool', () => {
  let proxy: RunningProxy
  beforeEach(async () => {
    proxy = await runProxy({ PROXY_UPSTREAM_WAIT: '5s' })
  })
  afterEach(() => proxy.close())

  for (const version of ['--http1.1', '--http2'])
    it(`loses no upload while ingest is down for a moment (${version})`, async () => {
      proxy.upstream.stop()
      const uploads = Array.from({ length: 8 }, (_, at) =>
        curl(proxy.port, `/${at}`, [version, '-X', 'PUT', '--data-binary', 'x'.repeat(100_000)]),
      )
      const session = await dialHttp2(proxy.port)
      const upload = ask(session, { ':path': '/9', ':method': 'PUT' }, randomBytes(1_000_000))
      await new Promise((resolve) => session.ping(resolve))
      await proxy.upstream.start()
      deepEqual(new Set((await Promise.all(uploads)).map(({ status }) => status)), new Set([200]))
      equal((await upload).status, 200)
      equal(proxy.upstream.seen.filter(({ end }) => end === 'whole').length, 9)
      session.destroy()
    })

  it('loses no upload when ingest restarts while connections are idle', async () => {
    const session = await dialHttp2(proxy.port)
    for (let round = 0; round < 5; round += 1) {
      equal((await ask(session, { ':path': '/warm' })).status, 200)
      proxy.upstream.stop()
      await proxy.upstream.start()
      equal((await ask(session, { ':path': '/x', ':method': 'PUT' }, 'body')).status, 200)
    }
    session.destroy()
  })

  it('loses no upload when ingest has just closed an idle connection', async () => {
    const socket = await dial(proxy.port)
    const put = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
    for (let round = 0; round < 10; round += 1) {
      const response = once(socket, 'data')
      socket.write(put)
      // The upload is on its way before the proxy can hear of this.
      proxy.upstream.destroySockets()
      match(String(await response), /^HTTP\/1\.1 200/)
    }
    equal(proxy.upstream.connections(), 10)
    socket.destroy()
  })

  it('reuses its connections', async () => {
    for (let round = 0; round < 5; round += 1) await curl(proxy.port, '/x', ['-X', 'PUT', '-d', 'body'])
    equal(proxy.upstream.connections(), 1)
  })

  it('responds with 502 when ingest dies before it responds', async () => {
    proxy.upstream.respondWith((request) => void request.socket.destroy())
    for (const version of ['--http1.1', '--http2']) {
      const { status, body } = await curl(proxy.port, '/x', [version, '-X', 'PUT', '-d', 'body'])
      deepEqual([status, JSON.parse(body).code], [502, 'ingest-failed'])
    }
  })

  it('retries a GET once when a reused connection is lost', async () => {
    await curl(proxy.port, '/warm', [])
    let requests = 0
    proxy.upstream.respondWith((request, response) => {
      requests += 1
      if (requests === 1) request.socket.destroy()
      else reply(200)(request, response)
    })
    equal((await curl(proxy.port, '/x', [])).status, 200)
    equal(requests, 2)
  })

  it('relays a response while the request body is still being sent', async () => {
    proxy.upstream.respondWith((request, response) => {
      response.writeHead(200)
      request.on('data', (bytes) => response.write(bytes)).on('end', () => response.end())
    })
    const session = await dialHttp2(proxy.port)
    const stream = session.request({ ':method': 'POST', ':path': '/echo' })
    for (const piece of ['one', 'two']) {
      stream.write(piece)
      equal(String((await once(stream, 'data'))[0]), piece)
    }
    stream.end()
    await once(stream, 'end')
    session.destroy()
  })
})

describe('an ingest that stays down', () => {
  it('gets its clients 503 with Retry-After (I2-11, I2-12)', async () => {
    const proxy = await runProxy({ PROXY_UPSTREAM_WAIT: '300ms' })
    proxy.upstream.stop()
    for (const version of ['--http1.1', '--http2']) {
      const { status, body } = await curl(proxy.port, '/x', [version, '-i', '-X', 'PUT', '-d', 'body'])
      equal(status, 503)
      match(body, /retry-after: 1\r?\n/i)
      match(body, /"code":"ingest-unreachable"/)
    }
    await proxy.close()
  })
})

describe('a slow ingest', () => {
  const size = 32 * 2 ** 20
  const block = randomBytes(2 ** 20)
  let proxy: RunningProxy
  let paused: Promise<() => void>
  beforeEach(async () => {
    proxy = await runProxy()
    paused = new Promise((resolve) =>
      proxy.upstream.respondWith((request, response) => {
        request.pause()
        reply(200)(request, response)
        resolve(() => request.resume())
      }),
    )
  })
  afterEach(() => proxy.close())

  /** Writes until the proxy has accepted nothing for a moment, resumes ingest, and writes the rest. */
  async function pour(body: Writable, frame: (bytes: Buffer) => Buffer): Promise<void> {
    let sent = 0
    const more = () => {
      sent += block.length
      return body.write(frame(block))
    }
    while (sent < size && (more() || (await drained(body, 300))));
    ok(sent < size / 2, `${sent} bytes were taken from the client`)
    ;(await paused)()
    while (sent < size) if (!more()) await drained(body, 10_000)
  }

  for (const [framing, head, frame, tail] of [
    ['a length', `Content-Length: ${size}`, (bytes: Buffer) => bytes, ''],
    ['chunks', 'Transfer-Encoding: chunked', chunkOf, '0\r\n\r\n'],
  ] as const)
    it(`slows an HTTP/1 client with ${framing} down, and nothing is lost`, async () => {
      const socket = await dial(proxy.port)
      const response = received(socket, /ok$/)
      socket.write(`PUT /x HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`)
      await pour(socket, frame)
      socket.write(tail)
      match(await response, /^HTTP\/1\.1 200/)
      deepEqual([proxy.upstream.seen[0]?.bytes, proxy.upstream.seen[0]?.end], [size, 'whole'])
      socket.destroy()
    })

  for (const headers of [{}, { 'content-length': String(size) }])
    it(`slows an HTTP/2 client down, and nothing is lost (${Object.keys(headers)})`, async () => {
      const session = await dialHttp2(proxy.port)
      const stream = session.request({ ':method': 'PUT', ':path': '/x', ...headers })
      await pour(stream, (bytes) => bytes)
      const responded = once(stream, 'response')
      stream.end()
      equal((await responded)[0][':status'], 200)
      deepEqual([proxy.upstream.seen[0]?.bytes, proxy.upstream.seen[0]?.end], [size, 'whole'])
      session.destroy()
    })
})

function chunkOf(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** False when it did not drain in time. */
function drained(body: Writable, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, false)
    body.once('drain', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
