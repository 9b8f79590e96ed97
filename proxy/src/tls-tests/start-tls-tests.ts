import { createServer, type Socket } from 'node:net'
import { type TlsTestId, tlsTestIds, tlsTestIn } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { Config } from '../config.ts'
import { type Listener, listen, maxPort } from '../tls/listen.ts'
import type { TlsServerDeps } from '../tls/tls-server.ts'
import type { ClientHello } from './client-hello.ts'
import { readHello } from './read-hello.ts'
import { followTestConnections } from './test-connections.ts'
import { createTest } from './test-server.ts'

/** The ports for tests of TLS clients. */
export interface TlsTests {
  /** In the field names of the report to ingest. */
  readonly ports: { readonly by_name: number | null; readonly by_test: Partial<Record<TlsTestId, number>> }
  /** Accepts no further connections. */
  stop(): void
  /** Closes every open connection. */
  destroy(): void
}

interface TlsTestsDeps extends TlsServerDeps {
  readonly reportConnection: Parameters<typeof followTestConnections>[0]
}

const maxConnectionsPerPort = 1_000

/**
 * Listens on `firstPort`, where the server name (SNI) chooses the test, and on the ports that follow, one for each
 * test. A port that is in use is left out, with a warning. Requests are served as on the ordinary port.
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
    server.maxConnections = maxConnectionsPerPort
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
    // A client that leaves without a byte is a scanner, or a browser with a connection in reserve.
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

function ignore(): void {}
