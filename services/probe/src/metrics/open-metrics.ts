import type { Address } from '@pushav/shared/settings.ts'
import type { NoteProbe } from './probe-metrics.ts'

/**
 * Returns a function that notes probes, and serves the metrics at `address`; for null it notes and serves nothing.
 * Rejects with Node's error when the address cannot be used.
 */
export async function openMetrics(address: Address | null, built: AsyncDisposableStack): Promise<NoteProbe> {
  if (!address) return () => undefined
  // Loaded only here: the client library takes a tenth of a start.
  const [{ createRegistry, serveMetrics }, { createProbeMetrics }] = await Promise.all([
    import('@pushav/shared/metrics/metrics-server.ts'),
    import('./probe-metrics.ts'),
  ])
  const registry = createRegistry('probe')
  const noteProbe = createProbeMetrics(registry)
  built.use(await serveMetrics(registry, address))
  return noteProbe
}
