import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { Counter } from 'prom-client'
import { readMetrics } from '../testing/metrics/read-metrics.ts'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { createRegistry, serveMetrics } from './metrics-server.ts'

describe('metrics', () => {
  it('are text that Prometheus reads, at one path of an address of their own', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'metrics.sock')
    const registry = createRegistry('test')
    const counter = new Counter({
      ...{ name: 'things_total', help: 'Things', registers: [registry], labelNames: ['kind'] as const },
    })
    const hostile = 'a "b"\\\n{},'
    counter.inc({ kind: hostile })
    await using _server = await serveMetrics(registry, { path })
    const { families, value } = await readMetrics(path)
    deepEqual(families.get('things_total')?.samples, [
      { name: 'things_total', labels: { kind: hostile, process: 'test' }, value: 1 },
    ])
    ok((value('nodejs_eventloop_lag_seconds') ?? -1) >= 0)
    const [response] = await once(request({ socketPath: path, path: '/', agent: false }).end(), 'response')
    equal(response.statusCode, 404)
    response.resume()
  })
})
