import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import fc from 'fast-check'
import { ask, curl, dial, dialHttp2, say } from '../../test/clients.ts'
import { reply } from '../../test/recorder.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'

const ok200 = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('a connection to ingest', () => {
  let built: AsyncDisposableStack
  let proxy: RunningProxy
  let server: Server
  /** The text of each read on a connection from the proxy. */
  let reads: string[]
  let connections: Socket[] = []
  /** What ingest sends after each read. */
  let respond: (socket: Socket) => void

  before(async () => {
    built = new AsyncDisposableStack()
    const { path } = built.use(await temporaryDirectory())
    server = createServer(accept)
    server.listen(join(path, 'raw.sock'))
    built.defer(() => void server.close())
    await once(server, 'listening')
    proxy = await runProxy({ INGEST_ADDRESS: `unix:${join(path, 'raw.sock')}` })
    built.defer(() => proxy.close())
  })
  beforeEach(() => {
    for (const socket of connections) socket.destroy()
    reads = []
    connections = []
    respond = (socket) => void socket.write(ok200)
  })
  after(() => built.disposeAsync())

  function accept(socket: Socket): void {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      // The proxy's own reports are not what is tested here.
      if (text.startsWith('POST /events/')) return void socket.end('HTTP/1.1 204 No Content\r\n\r\n')
      if (!connections.includes(socket)) connections.push(socket)
      reads.push(text)
      respond(socket)
    })
  }

  for (const [framing, body] of [
    ['Content-Length: 8000', 'x'.repeat(8_000)],
    ['Transfer-Encoding: chunked', `1f40\r\n${'x'.repeat(8_000)}\r\n0\r\n\r\n`],
  ] as const)
    it(`sends head and body of a small request in one write (${framing})`, async () => {
      await say(proxy.port, `PUT /x HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${body}`, /ok$/)
      equal(reads.length, 1)
      match(reads[0] ?? '', /^PUT \/x HTTP\/1\.1\r\n.*\r\n\r\n.*x{8000}/s)
    })

  const malformed: [string, string][] = [
    ['text that is not HTTP', 'what?\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a switch of protocols', 'HTTP/1.1 101 x\r\n\r\n'],
  ]
  for (const [what, text] of malformed)
    it(`responds with 502 to ${what}, and does not retry`, async () => {
      await curl(proxy.port, '/warm', [])
      for (const version of ['--http1.1', '--http2']) {
        reads = []
        respond = (socket) => void socket.write(text)
        const { status, body } = await curl(proxy.port, '/x', [version])
        deepEqual([status, JSON.parse(body).code, reads.length], [502, 'bad-upstream-response', 1])
      }
    })

  it('responds for any bytes from ingest', async () => {
    const parts = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'Content-Length: 3\r\n',
      '\r\n',
      'abc',
      '100',
      ': ',
      '\0',
    )
    const texts = fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 }).map((all) => all.join(''))
    const session = await dialHttp2(proxy.port)
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        respond = (socket) => void socket.end(text)
        const { status, rstCode } = await ask(session, { ':path': '/x' })
        ok([200, 502].includes(status) || rstCode > 0, String(status))
      }),
      { numRuns: 200 },
    )
    session.destroy()
  })

  it('relays the first of two responses and closes the connection', async () => {
    respond = (socket) => void socket.write(ok200 + ok200)
    equal((await curl(proxy.port, '/1', [])).body, 'ok')
    respond = (socket) => void socket.write(ok200)
    equal((await curl(proxy.port, '/2', [])).body, 'ok')
    equal(connections.length, 2)
  })

  it('closes when ingest sends a response without a request', async () => {
    await curl(proxy.port, '/1', [])
    const [socket] = connections
    const closed = once(socket as Socket, 'close')
    socket?.write(ok200)
    await closed
    equal((await curl(proxy.port, '/2', [])).body, 'ok')
  })

  it('closes after a response with Connection: close', async () => {
    respond = (socket) => void socket.write(ok200.replace('OK\r\n', 'OK\r\nConnection: close\r\n'))
    for (const path of ['/1', '/2']) equal((await curl(proxy.port, path, [])).body, 'ok')
    equal(connections.length, 2)
  })

  it('retries a POST only if no byte of it was sent', async () => {
    await curl(proxy.port, '/warm', [])
    respond = (socket) => void socket.destroy()
    equal((await curl(proxy.port, '/x', ['-X', 'POST'])).status, 502)
    equal(reads.length, 2)
    respond = (socket) => void socket.write(ok200)
    await curl(proxy.port, '/warm', [])
    connections.at(-1)?.destroy()
    equal((await curl(proxy.port, '/x', ['-X', 'POST'])).status, 200)
  })
})

describe('a client that reads a response slowly', () => {
  it('slows ingest down and receives everything, and the connection is reused', async () => {
    const proxy = await runProxy()
    const content = randomBytes(16 * 2 ** 20)
    let written = 0
    proxy.upstream.respondWith((request, response) => {
      if (request.url !== '/big') return reply(200)(request, response)
      response.writeHead(200, { 'content-length': content.length })
      response.write(content, () => {
        written = content.length
      })
      response.end()
    })
    const socket = await dial(proxy.port)
    socket.write('GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    socket.pause()
    await proxy.upstream.head()
    await curl(proxy.port, '/meanwhile', [])
    equal(written, 0)
    const received = (await socket.resume().toArray()) as Buffer[]
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    equal(digest(Buffer.concat(received).subarray(-content.length)), digest(content))
    equal(written, content.length)
    const connections = proxy.upstream.connections()
    for (const path of ['/1', '/2']) equal((await curl(proxy.port, path, [])).body, 'ok')
    equal(proxy.upstream.connections(), connections)
    await proxy.close()
  })
})
