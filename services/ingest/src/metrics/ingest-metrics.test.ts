import { ok } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ingestSuite } from '../testing/ingest.ts'

describe('the metrics of ingest', () => {
  const suite = ingestSuite()

  it('count uploads, bytes, findings and refused clients, and read the queue and the disk', async () => {
    const socketPath = join(suite.path(), 'metrics.sock')
    await using ingest = await suite.start({ METRICS_ADDRESS: `unix:${socketPath}` })
    await ingest.send('POST', '/streams?interface=dash&strict=true')
    await ingest.put('/streams/1/x.txt', 'hello')
    await ingest.send(
      'POST',
      '/events/handshake-refused',
      JSON.stringify({ address: '192.0.2.9', code: 'ECONNRESET', reason: 'reset' }),
      { 'content-type': 'application/json', 'x-proxy-event': 'handshake-refused' },
    )
    const [response] = await once(request({ socketPath, path: '/metrics', agent: false }).end(), 'response')
    const lines = (await text(response)).split('\n')
    for (const sample of [
      'pavs_uploads_total{status="400",interface="dash",process="ingest"} 1',
      'pavs_upload_bytes_total{interface="dash",process="ingest"} 5',
      'pavs_findings_total{code="extension",severity="error",process="ingest"} 1',
      'pavs_refused_clients_total{code="ECONNRESET",process="ingest"} 1',
      'pavs_probe_jobs{state="waiting",process="ingest"} 1',
      'pavs_uploads_in_flight{process="ingest"} 0',
    ])
      ok(lines.includes(sample), `${sample}\n${lines.filter((line) => line.startsWith('pavs')).join('\n')}`)
    ok(lines.some((line) => /^pavs_disk_free_bytes\{process="ingest"\} \d+$/.test(line)))
  })
})
