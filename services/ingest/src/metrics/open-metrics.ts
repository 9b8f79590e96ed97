import type { Address } from '@pushav/shared/settings.ts'
import type { GaugeDeps } from './gauges.ts'
import { type IngestMetrics, noIngestMetrics } from './ingest-metrics.ts'

interface OpenMetrics {
  readonly metrics: IngestMetrics
  /** Rejects with Node's error when the address cannot be used. */
  serve(deps: GaugeDeps): Promise<AsyncDisposable>
}

/** Counts nothing and is served nowhere for null. */
export async function openMetrics(address: Address | null): Promise<OpenMetrics> {
  if (!address)
    return { metrics: noIngestMetrics, serve: async () => ({ [Symbol.asyncDispose]: async () => undefined }) }
  // Loaded only here: the client library takes a tenth of a start.
  const [{ createRegistry, serveMetrics }, { createIngestMetrics }, { addIngestGauges }] = await Promise.all([
    import('@pushav/shared/metrics/metrics-server.ts'),
    import('./count-uploads.ts'),
    import('./gauges.ts'),
  ])
  const registry = createRegistry('ingest')
  return {
    metrics: createIngestMetrics(registry),
    async serve(deps) {
      addIngestGauges(registry, deps)
      return serveMetrics(registry, address)
    },
  }
}
