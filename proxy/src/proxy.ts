import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { trackExchanges } from './exchanges.ts'
import { forwardWith } from './forward.ts'
import { followHandoverFile } from './handover-file.ts'
import { listen } from './listen.ts'
import { announce } from './mdns/announce.ts'
import { createRefusalReport } from './refusal-report.ts'
import { createTlsFront } from './tls-front.ts'
import { createBalancedPool } from './upstream/balanced-pool.ts'

export interface Proxy extends AsyncDisposable {
  readonly port: number
}

/** The whole proxy. Disposal stops listening at once and gives what is under way its time to end. */
export async function startProxy(config: Config, log: Logger): Promise<Proxy> {
  await using built = new AsyncDisposableStack()
  const handover = built.use(await followHandoverFile(config.handoverFile, log))
  const pool = built.use(createBalancedPool(config.ingests, config.upstreamWaitMs, Date.now))
  const exchanges = trackExchanges(forwardWith(pool, log), log)
  const report = createRefusalReport(config.ingests, () => handover.trust().secret)
  const front = createTlsFront(handover, config, exchanges.serve, report, log)
  const { port, addresses, stop, destroy } = await listen(front, config.host, config.port)
  log.info({ port, addresses }, 'listening')

  const withdraw = config.dnsName ? announce(config.dnsName, { port, addresses }, log) : null
  built.defer(destroy)
  built.defer(async () => {
    stop()
    const [isDrained] = await Promise.all([exchanges.drain(config.drainMs), withdraw?.()])
    if (!isDrained) log.warn('exchanges cut off')
  })
  const kept = built.move()
  return { port, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
