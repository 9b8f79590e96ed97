import { deepEqual, equal, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { createRegistry } from '@pushav/shared/metrics/metrics-server.ts'
import { chunk } from '@pushav/shared/testing/media/boxes.ts'
import { parseMetrics } from '@pushav/shared/testing/metrics/prometheus-text.ts'
import { readMetrics } from '@pushav/shared/testing/metrics/read-metrics.ts'
import { until } from '@pushav/shared/testing/until.ts'
import type { Backlog } from '../probes/ports.ts'
import { ingestSuite } from '../testing/ingest.ts'
import { addIngestGauges } from './gauges.ts'

describe('the metrics of ingest', () => {
  const suite = ingestSuite()

  it('count uploads, bytes, findings and refused clients, and read the queue and the disk', async () => {
    const socketPath = join(suite.path(), 'metrics.sock')
    await using ingest = await suite.start({ METRICS_ADDRESS: `unix:${socketPath}` })
    await ingest.send('POST', '/streams?interface=dash&strict=true')
    await ingest.put('/streams/1/x.txt', chunk())
    await ingest.send(
      'POST',
      '/events/handshake-refused',
      JSON.stringify({ address: '192.0.2.9', code: 'ECONNRESET', reason: 'reset' }),
      { 'content-type': 'application/json', 'x-proxy-event': 'handshake-refused' },
    )
    // Jobs go to the queue behind the response.
    const { value } = await until('the probe job', async () => {
      const read = await readMetrics(socketPath)
      return read.value('pavs_probe_jobs', { state: 'waiting' }) === 1 && read
    })
    for (const [name, labels, expected] of [
      ['pavs_uploads_total', { status: '400', interface: 'dash', process: 'ingest' }, 1],
      ['pavs_upload_bytes_total', { interface: 'dash' }, chunk().length],
      ['pavs_findings_total', { code: 'extension', severity: 'error' }, 1],
      ['pavs_refused_clients_total', { code: 'ECONNRESET' }, 1],
      ['pavs_uploads_in_flight', {}, 0],
      ['pavs_upload_seconds_count', {}, 1],
      ['pavs_verdict_seconds_count', {}, 1],
    ] as const)
      equal(value(name, labels), expected, name)
    ok((value('pavs_disk_free_bytes') ?? 0) > 0)
    ok((value('nodejs_eventloop_lag_seconds') ?? -1) >= 0)
  })

  it('leave out what cannot be read, and never show an older value', async () => {
    let backlog: Backlog | null = { waiting: 3, running: 2, oldestWaitingMs: 1_500 }
    const registry = createRegistry('test')
    addIngestGauges(registry, {
      backlog: async () => backlog ?? Promise.reject(new Error('away')),
      ...{ inFlight: { all: () => [] }, workingDirectory: suite.path(), shipBacklog: null },
    })
    const valuesOf = async () => {
      const families = parseMetrics(await registry.metrics())
      return ['pavs_probe_jobs', 'pavs_probe_oldest_waiting_seconds'].map((name) =>
        families.get(name)?.samples.map(({ value }) => value),
      )
    }
    deepEqual(await valuesOf(), [[3, 2], [1.5]])
    backlog = null
    deepEqual(await valuesOf(), [[], []])
  })
})
