import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  createSecureServer,
  type ServerHttp2Stream,
} from 'node:http2'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { pki } from '../../test/certificates.ts'
import { closed, dialHttp2, dial as dialTls } from '../../test/clients.ts'
import {
  allowHalfOpenHttp1,
  guardConnections,
  hasReceivedEnd,
  isResponseStarted,
  rememberRemoteAddress,
  removeHttp2Compatibility,
  replaceTlsClientErrorListener,
  resetConnection,
  startConnectionChecks,
  tcpSocketOf,
} from './node-internals.ts'

describe('node internals', () => {
  let built: AsyncDisposableStack
  beforeEach(() => {
    built = new AsyncDisposableStack()
  })
  afterEach(() => built.disposeAsync())

  /** Listens until the test ends; gives the port. */
  async function listen(server: Server): Promise<number> {
    server.on('connection', (socket: Socket) => void built.defer(() => void socket.destroy()))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    built.defer(() => void server.close())
    return (server.address() as AddressInfo).port
  }

  function dial(port: number): Socket {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    built.defer(() => void socket.destroy())
    return socket
  }

  async function secureServer() {
    const { server } = await pki
    return createSecureServer({ allowHTTP1: true, cert: server.cert, key: server.key })
  }

  it('keep TLS from connections that are turned away', async () => {
    const server = await secureServer()
    let failed = 0
    server.on('tlsClientError', () => {
      failed += 1
    })
    let mayConnect = false
    guardConnections(server, () => mayConnect)
    const port = await listen(server)
    await once(dial(port).resume(), 'end')
    equal(failed, 0)
    mayConnect = true
    const session = await dialHttp2(port)
    equal(session.connecting, false)
    session.destroy()
  })

  it('end connections that were given to a server which does not listen itself', async () => {
    const { server: pair } = await pki
    const options = { allowHTTP1: true, headersTimeout: 100, connectionsCheckingInterval: 20 }
    const server = createSecureServer({ ...options, cert: pair.cert, key: pair.key })
    startConnectionChecks(server)
    const port = await listen(createTcpServer((socket) => void server.emit('connection', socket)))
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    client.write('GET / HTTP/1.1\r\n')
    match(await text(client), /^HTTP\/1.1 408/)
    server.close()
  })

  it('take failed handshakes away from HTTP', async () => {
    const server = await secureServer()
    equal(server.listenerCount('tlsClientError'), 1)
    const clientErrors: Error[] = []
    server.on('clientError', (error) => void clientErrors.push(error))
    const failed = new Promise<void>((resolve) =>
      replaceTlsClientErrorListener(server, (_error, socket) => {
        socket.destroy()
        resolve()
      }),
    )
    dial(await listen(server)).end('not TLS\r\n\r\n')
    await failed
    deepEqual([clientErrors, server.listenerCount('tlsClientError')], [[], 1])
  })

  it('find the TCP socket below a TLS socket whose handshake failed', async () => {
    const server = await secureServer()
    const accepted = once(server, 'connection')
    const found = new Promise((resolve) =>
      replaceTlsClientErrorListener(server, (_error, socket) => resolve(tcpSocketOf(socket))),
    )
    dial(await listen(server)).end('not TLS\r\n\r\n')
    equal(await found, (await accepted)[0])
  })

  it('reset the TCP connection below TLS', async () => {
    const server = await secureServer()
    server.on('secureConnection', resetConnection)
    const socket = await dialTls(await listen(server))
    built.defer(() => void socket.destroy())
    const [error] = await once(socket, 'error')
    equal(error.code, 'ECONNRESET')
  })

  it('keep requests of HTTP/2 from the compatibility layer', async () => {
    const server = await secureServer()
    const requests: unknown[] = []
    server.on('request', (request) => void requests.push(request))
    equal(server.listenerCount('stream'), 1)
    removeHttp2Compatibility(server)
    server.on('stream', (stream: ServerHttp2Stream) => void stream.respond({ ':status': 204 }))
    const session = await dialHttp2(await listen(server))
    const [headers] = await once(session.request({ ':path': '/' }), 'response')
    deepEqual([headers[':status'], requests], [204, []])
    session.destroy()
  })

  for (const isAllowed of [true, false])
    it(`decide whether a client that has closed its side gets a response (${isAllowed})`, async () => {
      const server = createServer((request, response) => {
        request.socket.once('end', () => setImmediate(() => response.end('ok'))).resume()
      })
      if (isAllowed) allowHalfOpenHttp1(server)
      const socket = dial(await listen(server))
      socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      equal((await text(socket)).endsWith('ok'), isAllowed)
    })

  it('remember the address of a client that has left', async () => {
    const server = createTcpServer()
    const port = await listen(server)
    for (const isRemembered of [true, false]) {
      const client = dial(port)
      const [socket] = (await once(server, 'connection')) as [Socket]
      if (isRemembered) rememberRemoteAddress(socket)
      const gone = closed(socket)
      socket.destroy()
      await gone
      equal(socket.remoteAddress, isRemembered ? '127.0.0.1' : undefined)
      client.destroy()
    }
  })

  it('know that an HTTP/2 body has ended before it is read', async () => {
    const server = createHttp2Server()
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`)
    built.defer(() => session.destroy())
    for (const isEnded of [true, false]) {
      const streamed = once(server, 'stream')
      const request = session.request({ ':method': 'PUT', ':path': '/' })
      request.on('error', () => {})
      await new Promise<void>((resolve) => {
        if (isEnded) request.end('abc', resolve)
        else request.write('abc', () => resolve())
      })
      const [stream] = (await streamed) as [ServerHttp2Stream]
      stream.on('error', () => {})
      // The server acknowledges a ping after the frames that were sent before it.
      await new Promise((resolve) => session.ping(resolve))
      deepEqual([hasReceivedEnd(stream), stream.readableEnded], [isEnded, false])
    }
  })

  it('know whether a response has started', async () => {
    const states: boolean[] = []
    const server = createServer((request, response) => {
      states.push(isResponseStarted(request.socket))
      response.writeHead(200)
      response.write('some')
      states.push(isResponseStarted(request.socket))
      response.end()
    })
    dial(await listen(server)).end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(server, 'request')
    deepEqual(states, [false, true])
  })
})
