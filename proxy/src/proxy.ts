import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { trackExchanges } from './exchanges.ts'
import { forwardWith } from './forward.ts'
import { reportHandover } from './handover-reporter.ts'
import { createHandshakeReporter, type RefusedHandshake } from './handshake-reporter.ts'
import { createIngestEvents } from './ingest-events.ts'
import { type ClientLimits, createClientLimits, isLimited } from './limits/client-limits.ts'
import { logExcess } from './limits/log-excess.ts'
import { openListeners } from './listeners.ts'
import { announce } from './mdns/announce.ts'
import { openMetrics } from './metrics/open-metrics.ts'
import type { ProxyMetrics } from './metrics/proxy-metrics.ts'
import { followHandoverFile } from './tls/handover-file.ts'
import { createKeylogReporter } from './tls/keylog-reporter.ts'
import { createBalancedPool } from './upstream/balanced-pool.ts'
import { openIngestAddresses } from './upstream/ingest-addresses.ts'

/** How long an upload may go on after its certificate has expired. */
const refusedCheckMs = 1_000
const now = Date.now

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
  const handover = built.use(await followHandoverFile(config.handoverFile, log))
  const ingests = built.use(await openIngestAddresses(config.ingests))
  const events = createIngestEvents(ingests.current, () => handover.trust().secret)
  const pool = built.use(createBalancedPool(ingests, config.upstreamWaitMs, now))
  const metrics = await openMetrics(config.metricsAddress, built)
  const exchanges = trackExchanges(forwardWith(pool, metrics, log), log)
  const reportRefused = createHandshakeReporter(events)
  const secrets = built.use(
    createKeylogReporter({
      post: (secrets) => events.postToAny('tls-secrets', { secrets }),
      onDrop: () => log.warn('secrets for the key log are dropped: ingest does not accept them'),
    }),
  )
  const listeners = await openListeners(
    {
      handover,
      events,
      serve: exchanges.serve,
      reportHandshake,
      reportSecret: secrets.report,
      limits: built.use(await openLimits(config, metrics, log)),
      onConnected: metrics.connected,
      now,
      log,
    },
    config,
  )
  const { port, addresses, uiPort } = listeners
  built.use(
    reportHandover(
      { ingests, events, handover },
      { port, ui_port: uiPort, is_loopback: listeners.isLoopback, tls_tests: listeners.tlsTestPorts },
    ),
  )
  handover.onChange(exchanges.abortRefused)
  const timer = setInterval(exchanges.abortRefused, refusedCheckMs).unref()
  built.defer(() => clearInterval(timer))
  const withdraw = config.dnsName ? announce(config.dnsName, { port, addresses }, log) : null
  built.defer(listeners.destroy)
  built.defer(async () => {
    listeners.stop()
    const [isDrained] = await Promise.all([exchanges.drain(config.drainMs), withdraw?.()])
    if (!isDrained) log.warn('exchanges aborted, because they did not end in time')
  })
  const running = built.move()
  return { port, uiPort, [Symbol.asyncDispose]: () => running.disposeAsync() }

  function reportHandshake(refused: RefusedHandshake): Promise<boolean> {
    metrics.refused(refused.code)
    return reportRefused(refused)
  }
}

/** Null where nothing is limited. */
async function openLimits(
  { limits, limitsRedisUrl }: Config,
  { limited }: ProxyMetrics,
  log: Logger,
): Promise<ClientLimits | null> {
  if (!isLimited(limits)) return null
  // Loaded only here: its library takes a tenth of a start.
  const { openRates } = await import('./limits/rates.ts')
  const rates = await openRates(limitsRedisUrl ?? null, log)
  return createClientLimits(limits, { rates, now, onExcess: logExcess(limited, log, now) })
}
