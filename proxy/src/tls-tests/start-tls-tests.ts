import type { Http2SecureServer } from 'node:http2'
import { createServer, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type TlsTestId, tlsTestIds, tlsTestIn } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Config } from '../config.ts'
import type { HandoverFile } from '../tls/handover-file.ts'
import { type Listener, listen } from '../tls/listen.ts'
import { startConnectionChecks, tcpSocketOf } from '../tls/node-internals.ts'
import { createTlsServer, type TlsServerDeps } from '../tls/tls-server.ts'
import { type ClientHello, maxHelloBytes, parseClientHello } from './client-hello.ts'
import { followTestConnections, type TestConnections } from './test-connections.ts'
import { type TestContext, testContextOf } from './test-context.ts'

/** The ports on which clients are tested. */
export interface TlsTests {
  /** As ingest is told them. */
  readonly ports: { readonly by_name: number | null; readonly by_test: Partial<Record<TlsTestId, number>> }
  /** Accepts no further connections. */
  stop(): void
  /** Closes every open connection. */
  destroy(): void
}

interface TlsTestsDeps extends TlsServerDeps {
  readonly handover: HandoverFile
  readonly reportConnection: Parameters<typeof followTestConnections>[0]
}

/** Open at once on each port. */
const maxConnections = 1_000
const maxPort = 65_535

/**
 * Listens on `firstPort`, where the server name (SNI) chooses the test, and on the ports behind it, one for each test. A
 * port that is in use is left out, with a warning. Requests are served as on the ordinary port.
 */
export async function startTlsTests(
  deps: TlsTestsDeps,
  config: Config,
  firstPort: number,
): Promise<TlsTests> {
  const { log } = deps
  const connections = followTestConnections(deps.reportConnection)
  const tests = new Map(tlsTestIds.map((id) => [id, createTest(id, deps, config, connections)]))
  const byName = await open((hello) => (hello?.serverName && tlsTestIn(hello.serverName)) || 'good', 0)
  const byTest = await Promise.all(tlsTestIds.map((id, at) => open(() => id, at + 1)))
  const listeners = [byName, ...byTest].filter((listener) => listener !== null)
  const found = tlsTestIds.flatMap((id, at) => (byTest[at] ? [[id, byTest[at].port] as const] : []))
  const ports = { by_name: byName?.port ?? null, by_test: Object.fromEntries(found) }
  log.info({ ports }, 'listening for tests of TLS clients')
  return {
    ports,
    stop: () => {
      for (const listener of listeners) listener.stop()
      for (const test of tests.values()) test.stop()
    },
    destroy: () => listeners.forEach((listener) => void listener.destroy()),
  }

  async function open(
    testFor: (hello: ClientHello | null) => TlsTestId,
    offset: number,
  ): Promise<Listener | null> {
    const port = firstPort === 0 ? 0 : firstPort + offset
    if (port > maxPort) return null
    const server = createServer(
      { allowHalfOpen: true, noDelay: true },
      (socket) => void receive(socket, testFor),
    )
    server.maxConnections = maxConnections
    try {
      return await listen(server, { host: config.host, port, reusePort: false })
    } catch (error) {
      log.warn({ port, error }, 'a port for tests of TLS clients cannot be used')
      return null
    }
  }

  async function receive(socket: Socket, testFor: (hello: ClientHello | null) => TlsTestId): Promise<void> {
    socket.on('error', ignore)
    const hello = await readHello(socket, config.handshakeTimeoutMs)
    // The client has left without a word: a scanner, or a connection in reserve.
    if (hello === 'gone') return void socket.destroy()
    const id = testFor(hello)
    const test = tests.get(id)
    if (!test?.isReady()) {
      log.warn({ test: id }, 'ingest has issued no certificate for this test; is TLS_TEST_PORT set there?')
      return void socket.destroy()
    }
    connections.begin(id, socket, hello)
    socket.off('error', ignore)
    test.take(socket)
  }
}

/** One test: it takes connections whose first message has been read and put back. */
interface Test {
  /** Whether it can show what it is about. */
  isReady(): boolean
  take(socket: Socket): void
  stop(): void
}

function createTest(id: TlsTestId, deps: TlsTestsDeps, config: Config, connections: TestConnections): Test {
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

/** How a connection ends in the middle of the handshake. */
const cuts: Partial<Readonly<Record<TlsTestId, (socket: Socket) => void>>> = {
  'cut-fin': (socket) => {
    socket.on('error', ignore).end(() => socket.destroySoon())
    socket.resume()
  },
  'cut-reset': (socket) => void socket.on('error', ignore).resetAndDestroy(),
}

function createTestServer(
  handover: TestContext,
  deps: TlsTestsDeps,
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
      // Of a test, a failed handshake is a result; a client certificate that is refused is a refusal as ever.
      reportHandshake: (refused) =>
        refused.certificate ? deps.reportHandshake(refused) : Promise.resolve(true),
    },
    // Closed by this side, a connection would look as if the client had.
    { ...config, clientCertificate: 'report', requestCert: true },
  )
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => note(socket, error))
  server.on('secureConnection', (socket: TLSSocket) => {
    const tcp = tcpSocketOf(socket)
    if (tcp) connections.secure(tcp, socket)
    // Of TLS 1.3, the alert of a client may come when the handshake is over for the server.
    socket.on('error', (error: NodeJS.ErrnoException) => note(socket, error))
  })
  startConnectionChecks(server)
  return server

  function note(socket: TLSSocket, { code = '' }: NodeJS.ErrnoException): void {
    const tcp = tcpSocketOf(socket)
    if (tcp) connections.fail(tcp, code)
  }
}

/**
 * The first message of a client, which stays to be read by the TLS server. Null for bytes that are none; `gone` where
 * the client closes the connection or sends none in time.
 */
function readHello(socket: Socket, timeoutMs: number): Promise<ClientHello | null | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<ClientHello | null | 'gone'>()
  let bytes = Buffer.alloc(0)
  const timer = setTimeout(() => finish('gone'), timeoutMs)
  socket.on('readable', read).on('end', leave).on('close', leave)
  return promise

  function read(): void {
    const more = socket.read() as Buffer | null
    if (more === null) return
    bytes = Buffer.concat([bytes, more])
    const hello = parseClientHello(bytes)
    if (hello !== 'incomplete' || bytes.length > maxHelloBytes) finish(hello === 'incomplete' ? null : hello)
  }

  function leave(): void {
    finish('gone')
  }

  function finish(result: ClientHello | null | 'gone'): void {
    clearTimeout(timer)
    socket.off('readable', read).off('end', leave).off('close', leave)
    if (result !== 'gone' && bytes.length > 0) socket.unshift(bytes)
    resolve(result)
  }
}

function ignore(): void {}
