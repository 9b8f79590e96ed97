import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { ask, curl, dial, dialHttp2, received } from '../../test/clients.ts'
import { reply } from '../../test/recorder.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

describe('upstream', () => {
  let proxy: RunningProxy
  beforeEach(async () => {
    proxy = await runProxy({ PROXY_UPSTREAM_WAIT: '5s' })
  })
  afterEach(() => proxy.close())

  for (const version of ['--http1.1', '--http2'])
    it(`that is down for a moment loses no upload (${version})`, async () => {
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

  it('that restarts while its sockets are kept loses no upload', async () => {
    const session = await dialHttp2(proxy.port)
    for (let round = 0; round < 5; round += 1) {
      equal((await ask(session, { ':path': '/warm' })).status, 200)
      proxy.upstream.stop()
      await proxy.upstream.start()
      equal((await ask(session, { ':path': '/x', ':method': 'PUT' }, 'body')).status, 200)
    }
    session.destroy()
  })

  it('that has just closed a kept socket loses no upload', async () => {
    const socket = await dial(proxy.port)
    const put = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
    for (let round = 0; round < 10; round += 1) {
      const answer = once(socket, 'data')
      socket.write(put)
      // The upload is on its way before the proxy can hear of this.
      proxy.upstream.destroySockets()
      match(String(await answer), /^HTTP\/1\.1 200/)
    }
    equal(proxy.upstream.connections(), 10)
    socket.destroy()
  })

  it('keeps its sockets', async () => {
    for (let round = 0; round < 5; round += 1) await curl(proxy.port, '/x', ['-X', 'PUT', '-d', 'body'])
    equal(proxy.upstream.connections(), 1)
  })

  it('that dies before it answers gives 502', async () => {
    proxy.upstream.answerWith((request) => void request.socket.destroy())
    for (const version of ['--http1.1', '--http2']) {
      const { status, body } = await curl(proxy.port, '/x', [version, '-X', 'PUT', '-d', 'body'])
      deepEqual([status, JSON.parse(body).code], [502, 'ingest-failed'])
    }
  })

  it('that dies on a kept socket is asked again once', async () => {
    await curl(proxy.port, '/warm', [])
    let asked = 0
    proxy.upstream.answerWith((request, response) => {
      asked += 1
      if (asked === 1) request.socket.destroy()
      else reply(200)(request, response)
    })
    equal((await curl(proxy.port, '/x', [])).status, 200)
    equal(asked, 2)
  })

  it('that answers while it reads is passed on both ways at once', async () => {
    proxy.upstream.answerWith((request, response) => {
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

describe('an upstream that stays down', () => {
  it('gives 503 with Retry-After, and takes no byte of the body before (I2-11, I2-12)', async () => {
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

describe('a slow upstream', () => {
  const size = 32 * 2 ** 20
  const block = randomBytes(2 ** 20)
  let proxy: RunningProxy
  let paused: Promise<() => void>
  beforeEach(async () => {
    proxy = await runProxy()
    paused = new Promise((resolve) =>
      proxy.upstream.answerWith((request, response) => {
        request.pause()
        reply(200)(request, response)
        resolve(() => request.resume())
      }),
    )
  })
  afterEach(() => proxy.close())

  /** Writes until the other side has been full for a moment, lets it go on, and writes the rest. */
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
    it(`holds an HTTP/1 client with ${framing} back, and nothing is lost`, async () => {
      const socket = await dial(proxy.port)
      const answer = received(socket, /ok$/)
      socket.write(`PUT /x HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`)
      await pour(socket, frame)
      socket.write(tail)
      match(await answer, /^HTTP\/1\.1 200/)
      deepEqual([proxy.upstream.seen[0]?.bytes, proxy.upstream.seen[0]?.end], [size, 'whole'])
      socket.destroy()
    })

  for (const headers of [{}, { 'content-length': String(size) }])
    it(`holds an HTTP/2 client back, and nothing is lost (${Object.keys(headers)})`, async () => {
      const session = await dialHttp2(proxy.port)
      const stream = session.request({ ':method': 'PUT', ':path': '/x', ...headers })
      await pour(stream, (bytes) => bytes)
      const answered = once(stream, 'response')
      stream.end()
      equal((await answered)[0][':status'], 200)
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
