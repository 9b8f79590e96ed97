import { equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMetrics } from '@pushav/shared/testing/metrics/read-metrics.ts'
import { makeLeaf, pki } from '../../test/certificates.ts'
import { ask, dialHttp2 } from '../../test/clients.ts'
import { runProxy } from '../../test/running-proxy.ts'

describe('the metrics of the proxy', () => {
  it('count handshakes, refused certificates and exchanges, under names that no client chooses', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'metrics-'))
    const path = join(directory, 'metrics.sock')
    const proxy = await runProxy({ METRICS_ADDRESS: `unix:${path}` })
    try {
      const { deviceRoot } = await pki
      const expired = await makeLeaf(deviceRoot, 'expired', 'clientAuth', [-2, -1])
      for (const identity of [undefined, expired]) {
        const session = await dialHttp2(proxy.port, identity)
        for (const method of ['GET', 'PATCH']) await ask(session, { ':method': method, ':path': '/streams' })
        session.destroy()
      }
      const { value } = await readMetrics(path)
      equal(value('pavs_proxy_handshakes_total', { protocol: 'h2', process: 'proxy' }), 2)
      equal(value('pavs_proxy_refusals_total', { code: 'certificate-expired' }), 1)
      const exchanges = (method: string, outcome: string) =>
        value('pavs_proxy_exchange_seconds_count', { method, outcome })
      equal(exchanges('GET', '200'), 1)
      equal(exchanges('other', '200'), 1)
      equal(exchanges('GET', 'certificate-expired'), 1)
    } finally {
      await proxy.close()
      await rm(directory, { recursive: true })
    }
  })
})
