import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { trackExchanges } from './exchanges.ts'
import { forwardWith } from './forward.ts'
import { reportHandover } from './handover-reporter.ts'
import { createHandshakeReporter } from './handshake-reporter.ts'
import { announce } from './mdns/announce.ts'
import { followHandoverFile } from './tls/handover-file.ts'
import { listen } from './tls/listen.ts'
import { createTlsServer } from './tls/tls-server.ts'
import { createBalancedPool } from './upstream/balanced-pool.ts'

interface Proxy extends AsyncDisposable {
  readonly port: number
}

/**
 * Starts the whole proxy. Rejects when it cannot listen. Disposal stops listening at once, waits up to
 * `drainMs` for the exchanges in flight and then closes every connection.
 */
export async function startProxy(config: Config, log: Logger): Promise<Proxy> {
  await using built = new AsyncDisposableStack()
  const now = Date.now
  const handover = built.use(await followHandoverFile(config.handoverFile, log))
  const pool = built.use(createBalancedPool(config.ingests, config.upstreamWaitMs, now))
  const exchanges = trackExchanges(forwardWith(pool, log), log)
  const reportHandshake = createHandshakeReporter(config.ingests, () => handover.trust().secret)
  const server = createTlsServer({ handover, serve: exchanges.serve, reportHandshake, now, log }, config)
  const { port, addresses, stop, destroy } = await listen(server, config.host, config.port)
  log.info({ port, addresses }, 'listening')
  built.use(reportHandover(config.ingests, handover))

  const withdraw = config.dnsName ? announce(config.dnsName, { port, addresses }, log) : null
  built.defer(destroy)
  built.defer(async () => {
    stop()
    const [isDrained] = await Promise.all([exchanges.drain(config.drainMs), withdraw?.()])
    if (!isDrained) log.warn('exchanges aborted, because they did not end in time')
  })
  const running = built.move()
  return { port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
