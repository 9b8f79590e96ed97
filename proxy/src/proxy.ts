import type { Server } from 'node:net'
import { isLoopback } from '@pushav/shared/access-warning.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { createRegistry, serveMetrics } from '@pushav/shared/metrics/metrics-server.ts'
import type { Config } from './config.ts'
import { trackExchanges } from './exchanges.ts'
import { forwardWith } from './forward.ts'
import { reportHandover } from './handover-reporter.ts'
import { createHandshakeReporter, type RefusedHandshake } from './handshake-reporter.ts'
import { postToAny } from './ingest-events.ts'
import { type ClientLimits, createClientLimits, isLimited } from './limits/client-limits.ts'
import { logExcess } from './limits/log-excess.ts'
import { openRates } from './limits/rates.ts'
import { announce } from './mdns/announce.ts'
import { createProxyMetrics, noProxyMetrics, type ProxyMetrics } from './metrics/proxy-metrics.ts'
import { followHandoverFile } from './tls/handover-file.ts'
import { createKeylogReporter } from './tls/keylog-reporter.ts'
import { type Listener, listen } from './tls/listen.ts'
import { createTlsServer } from './tls/tls-server.ts'
import { createConnectionReporter } from './tls-tests/connection-reporter.ts'
import { startTlsTests, type TlsTests } from './tls-tests/start-tls-tests.ts'
import { createBalancedPool } from './upstream/balanced-pool.ts'
import { openIngestAddresses } from './upstream/ingest-addresses.ts'

interface Proxy extends AsyncDisposable {
  readonly port: number
  /** The port that asks for no client certificate; null when there is none. */
  readonly uiPort: number | null
}

/**
 * Starts the whole proxy. Rejects when it cannot listen. Disposal stops listening at once, waits up to
 * `drainMs` for the exchanges in flight and then closes every connection.
 */
export async function startProxy(config: Config, log: Logger): Promise<Proxy> {
  await using built = new AsyncDisposableStack()
  const now = Date.now
  const handover = built.use(await followHandoverFile(config.handoverFile, log))
  const ingests = built.use(await openIngestAddresses(config.ingests))
  const pool = built.use(createBalancedPool(ingests, config.upstreamWaitMs, now))
  const registry = createRegistry('proxy')
  const metrics = config.metricsAddress === null ? noProxyMetrics : createProxyMetrics(registry)
  built.use(await serveMetrics(registry, config.metricsAddress))
  const exchanges = trackExchanges(forwardWith(pool, metrics, log), log)
  const report = createHandshakeReporter(ingests.current, () => handover.trust().secret)
  const reportHandshake = (refused: RefusedHandshake) => {
    metrics.refused(refused.code)
    return report(refused)
  }
  const secrets = built.use(
    createKeylogReporter({
      post: (secrets) => postToAny(ingests.current(), 'tls-secrets', { secrets }, handover.trust().secret),
      onDrop: () => log.warn('secrets for the key log are dropped: ingest does not accept them'),
    }),
  )
  let ui: Listener | null = null
  const alternative = () => (ui ? `; browsers need no certificate on port ${ui.port}` : '')
  const deps = {
    handover,
    serve: exchanges.serve,
    reportHandshake,
    reportSecret: secrets.report,
    limits: built.use(await openLimits(config, metrics, log, now)),
    onConnected: metrics.connected,
    alternative,
    now,
    tlsTest: null,
    log,
  }
  const server = createTlsServer(deps, { ...config, requestCert: true })
  const { port, addresses, stop, destroy } = await listen(server, config)
  log.info({ port, addresses }, 'listening')
  ui = await listenForBrowsers(createTlsServer(deps, { ...config, requestCert: false }), config, port, log)
  const tlsTests = await listenForTests()
  const is_loopback = [...addresses, ...(ui?.addresses ?? [])].every(isLoopback)
  built.use(
    reportHandover(ingests, handover, {
      port,
      ui_port: ui?.port ?? null,
      is_loopback,
      tls_tests: tlsTests?.ports ?? null,
    }),
  )
  handover.onChange(exchanges.abortRefused)
  const timer = setInterval(exchanges.abortRefused, refusedCheckMs).unref()
  built.defer(() => clearInterval(timer))

  const withdraw = config.dnsName ? announce(config.dnsName, { port, addresses }, log) : null
  built.defer(() => {
    destroy()
    ui?.destroy()
    tlsTests?.destroy()
  })
  built.defer(async () => {
    stop()
    ui?.stop()
    tlsTests?.stop()
    const [isDrained] = await Promise.all([exchanges.drain(config.drainMs), withdraw?.()])
    if (!isDrained) log.warn('exchanges aborted, because they did not end in time')
  })
  const running = built.move()
  return { port, uiPort: ui?.port ?? null, [Symbol.asyncDispose]: () => running.disposeAsync() }

  async function listenForTests(): Promise<TlsTests | null> {
    if (config.tlsTestPort === null) return null
    const reportConnection = createConnectionReporter(ingests.current, () => handover.trust().secret)
    return startTlsTests({ ...deps, reportConnection }, config, config.tlsTestPort)
  }
}

/**
 * The second port, which differs in the handshake alone: browsers that hold a certificate of this server's device CA
 * are not asked to choose one. Null where it is off or cannot be used; devices do not need it.
 */
async function listenForBrowsers(
  server: Server,
  { host, uiHost, uiPort, port: configured, reusePort }: Config,
  port: number,
  log: Logger,
): Promise<Listener | null> {
  // Beside a port that the system chose, the next one may be in use.
  const usual = configured === 0 ? 0 : port + 1
  const wanted = uiPort === undefined ? usual : uiPort
  if (wanted === null || wanted > maxPort) return null
  try {
    const listener = await listen(server, { host: uiHost ?? host, port: wanted, reusePort })
    log.info({ port: listener.port, addresses: listener.addresses }, 'listening for browsers')
    return listener
  } catch (error) {
    log.warn({ port: wanted, error }, 'no second port for browsers; UI_PORT names another one, or is off')
    return null
  }
}

/** How long an upload may go on after its certificate has expired. */
const refusedCheckMs = 1_000
const maxPort = 65_535

/** Null where nothing is limited. */
async function openLimits(
  { limits, limitsRedisUrl }: Config,
  { limited }: ProxyMetrics,
  log: Logger,
  now: () => number,
): Promise<ClientLimits | null> {
  if (!isLimited(limits)) return null
  const rates = await openRates(limitsRedisUrl ?? null, log)
  return createClientLimits(limits, { rates, now, onExcess: logExcess(limited, log, now) })
}
