import type { Server } from 'node:net'
import { isLoopback } from '@pushav/shared/lib/host-address.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import type { IngestEvents } from './ingest-events.ts'
import { type Listener, listen, maxPort } from './tls/listen.ts'
import { createTlsServer, type TlsServerDeps } from './tls/tls-server.ts'
import { createConnectionReporter } from './tls-tests/connection-reporter.ts'
import { startTlsTests, type TlsTests } from './tls-tests/start-tls-tests.ts'

/** All ports of a proxy. */
export interface Listeners extends Listener {
  /** The port that asks for no client certificate; null when there is none. */
  readonly uiPort: number | null
  /** Null when the tests of TLS clients are off. */
  readonly tlsTestPorts: TlsTests['ports'] | null
  /** Whether only this machine can reach the ports for devices and browsers. */
  readonly isLoopback: boolean
}

type ListenersDeps = Omit<TlsServerDeps, 'alternative' | 'tlsTest'> & {
  readonly events: Pick<IngestEvents, 'postToAny'>
}

/**
 * Listens for devices, for browsers, and for tests of TLS clients. `port` and `addresses` are those for devices.
 * Rejects with Node's error when the port for devices cannot be used.
 */
export async function openListeners({ events, ...deps }: ListenersDeps, config: Config): Promise<Listeners> {
  const { log } = deps
  let browsers: Listener | null = null
  const alternative = () => (browsers ? `; browsers need no certificate on port ${browsers.port}` : '')
  const serverDeps: TlsServerDeps = { ...deps, alternative, tlsTest: null }
  const devices = await listen(createTlsServer(serverDeps, { ...config, requestCert: true }), config)
  const { port, addresses } = devices
  log.info({ port, addresses }, 'listening')
  const browserServer = createTlsServer(serverDeps, { ...config, requestCert: false })
  browsers = await listenForBrowsers(browserServer, config, port, log)
  const tlsTests = await listenForTests()
  const all = [devices, browsers, tlsTests].filter((one) => one !== null)
  return {
    port,
    addresses,
    uiPort: browsers?.port ?? null,
    tlsTestPorts: tlsTests?.ports ?? null,
    isLoopback: [...addresses, ...(browsers?.addresses ?? [])].every(isLoopback),
    stop: () => all.forEach((one) => void one.stop()),
    destroy: () => all.forEach((one) => void one.destroy()),
  }

  async function listenForTests(): Promise<TlsTests | null> {
    if (config.tlsTestPort === null) return null
    const reportConnection = createConnectionReporter(events)
    return startTlsTests({ ...serverDeps, reportConnection }, config, config.tlsTestPort)
  }
}

/**
 * Opens the second port, which differs in the handshake alone: a browser that holds a certificate of this server's
 * device CA is not asked to choose one. Null when the port is off or cannot be used; devices do not need it.
 */
async function listenForBrowsers(
  server: Server,
  { host, uiHost, uiPort, port: configured, reusePort }: Config,
  port: number,
  log: Logger,
): Promise<Listener | null> {
  // When the system has chosen the first port, the next one may be in use.
  const usual = configured === 0 ? 0 : port + 1
  const wanted = uiPort === undefined ? usual : uiPort
  if (wanted === null || wanted > maxPort) return null
  try {
    const listener = await listen(server, { host: uiHost ?? host, port: wanted, reusePort })
    log.info({ port: listener.port, addresses: listener.addresses }, 'listening for browsers')
    return listener
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ port: wanted, reason }, 'no second port for browsers; UI_PORT names another one, or is off')
    return null
  }
}
