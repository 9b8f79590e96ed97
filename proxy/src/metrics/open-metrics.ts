import type { Address } from '@pushav/shared/settings.ts'
import { noProxyMetrics, type ProxyMetrics } from './proxy-metrics.ts'

/**
 * Serves what the result counts; for null, nothing is counted or served. Rejects with Node's error when the address
 * cannot be used.
 */
export async function openMetrics(
  address: Address | null,
  built: AsyncDisposableStack,
): Promise<ProxyMetrics> {
  if (!address) return noProxyMetrics
  // Loaded only here: the client library takes a tenth of a start.
  const [{ createRegistry, serveMetrics }, { createProxyMetrics }] = await Promise.all([
    import('@pushav/shared/metrics/metrics-server.ts'),
    import('./count-exchanges.ts'),
  ])
  const registry = createRegistry('proxy')
  const metrics = createProxyMetrics(registry)
  built.use(await serveMetrics(registry, address))
  return metrics
}
