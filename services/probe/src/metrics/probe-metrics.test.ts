import { deepEqual } from 'node:assert/strict'
import { createRegistry } from '@pushav/shared/metrics/metrics-server.ts'
import { parseMetrics } from '@pushav/shared/testing/metrics/prometheus-text.ts'
import { createProbeMetrics } from './probe-metrics.ts'

describe('the metrics of the probe worker', () => {
  it('are how long probes took, by outcome, from 20 ms to 30 s', async () => {
    const registry = createRegistry('probe')
    const noteProbe = createProbeMetrics(registry)
    noteProbe('done', 90)
    noteProbe('done', 4_000)
    noteProbe('failed', 60_000)
    const samples = parseMetrics(await registry.metrics()).get('pavs_probe_seconds')?.samples ?? []
    const of = (outcome: string, suffix: string) =>
      samples
        .filter(({ name, labels }) => name === `pavs_probe_seconds${suffix}` && labels.outcome === outcome)
        .map(({ value }) => value)
    deepEqual(of('done', '_bucket'), [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2])
    deepEqual([of('done', '_sum'), of('done', '_count')], [[4.09], [2]])
    deepEqual(of('failed', '_bucket'), [...Array(10).fill(0), 1])
  })
})
