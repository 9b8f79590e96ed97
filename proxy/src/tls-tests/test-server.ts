import type { Http2SecureServer } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Config } from '../config.ts'
import { startConnectionChecks, tcpSocketOf } from '../tls/node-internals.ts'
import { createTlsServer, type TlsServerDeps } from '../tls/tls-server.ts'
import type { TestConnections } from './test-connections.ts'
import { type TestContext, testContextOf } from './test-context.ts'

/** The server of one test. It takes connections whose first message has been read and put back. */
export interface Test {
  /** Whether the server has the certificate that the test shows. */
  isReady(): boolean
  take(socket: Socket): void
  stop(): void
}

/** Creates the server of a test: one that cuts connections off, or a TLS server with the test's certificate. */
export function createTest(
  id: TlsTestId,
  deps: TlsServerDeps,
  config: Config,
  connections: TestConnections,
): Test {
  const cut = cuts[id]
  if (cut) return { isReady: () => true, take: cut, stop: ignore }
  const context = testContextOf(id, deps.handover)
  const server = createTestServer(context, { ...deps, tlsTest: id }, config, connections)
  return {
    isReady: context.isReady,
    take: (socket) => void server.emit('connection', socket),
    stop: () => void server.close(),
  }
}

/** Tests that end the connection in the middle of the handshake. */
const cuts: Partial<Readonly<Record<TlsTestId, (socket: Socket) => void>>> = {
  'cut-fin': (socket) => {
    socket.on('error', ignore).end(() => socket.destroySoon())
    socket.resume()
  },
  'cut-reset': (socket) => void socket.on('error', ignore).resetAndDestroy(),
}

function createTestServer(
  handover: TestContext,
  deps: TlsServerDeps,
  config: Config,
  connections: TestConnections,
): Http2SecureServer {
  const server = createTlsServer(
    {
      ...deps,
      handover,
      serve(exchange) {
        connections.countRequest(exchange.connection)
        return deps.serve(exchange)
      },
      // A failed handshake is the result of a test, so it is not reported; a refused client certificate is.
      reportHandshake: (refused) =>
        refused.certificate ? deps.reportHandshake(refused) : Promise.resolve(true),
    },
    // A connection that the proxy closed would look as if the client had closed it.
    { ...config, clientCertificate: 'report', requestCert: true },
  )
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => note(socket, error))
  server.on('secureConnection', (socket: TLSSocket) => {
    const tcp = tcpSocketOf(socket)
    if (tcp) connections.secure(tcp, socket)
    // With TLS 1.3, a client's alert may arrive when the handshake is over for the server.
    socket.on('error', (error: NodeJS.ErrnoException) => note(socket, error))
  })
  startConnectionChecks(server)
  return server

  function note(socket: TLSSocket, { code = '' }: NodeJS.ErrnoException): void {
    const tcp = tcpSocketOf(socket)
    if (tcp) connections.fail(tcp, code)
  }
}

function ignore(): void {}
