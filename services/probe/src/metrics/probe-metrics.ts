import { Histogram, type Registry } from 'prom-client'

/** Notes the end of a probe. */
export type NoteProbe = (state: string, durationMs: number) => void

export function createProbeMetrics(registry: Registry): NoteProbe {
  const seconds = new Histogram({
    name: 'pavs_probe_seconds',
    help: 'Duration of probes by outcome',
    registers: [registry],
    labelNames: ['outcome'],
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  })
  return (outcome, durationMs) => seconds.observe({ outcome }, durationMs / 1_000)
}
