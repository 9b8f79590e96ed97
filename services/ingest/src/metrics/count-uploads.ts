import { codeLabel } from '@pushav/shared/metrics/code-label.ts'
import { Counter, Histogram, type Registry } from 'prom-client'
import { producerLatencyOf } from '../latency/segment-latency.ts'
import type { IngestMetrics } from './ingest-metrics.ts'

/** From the last byte of a body to its verdict; from the head of the request to its last byte. */
const verdictSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const latencySeconds = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 300, 3_600]
const uploadSeconds = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600]

export function createIngestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry]
  const uploads = new Counter({
    name: 'pavs_uploads_total',
    help: 'Uploads by status of the response and interface',
    registers,
    labelNames: ['status', 'interface'],
  })
  const bytes = new Counter({
    name: 'pavs_upload_bytes_total',
    help: 'Bytes of uploads',
    registers,
    labelNames: ['interface'],
  })
  const findings = new Counter({
    name: 'pavs_findings_total',
    help: 'Findings by code and severity',
    registers,
    labelNames: ['code', 'severity'],
  })
  const refusals = new Counter({
    name: 'pavs_refused_clients_total',
    help: 'Refused handshakes and certificates by code',
    registers,
    labelNames: ['code'],
  })
  const unstored = new Counter({
    name: 'pavs_storage_refusals_total',
    help: 'Refusals by the quota or the reserve they met',
    registers,
    labelNames: ['limit'],
  })
  const removedUploads = new Counter({
    name: 'pavs_retention_uploads_total',
    help: 'Uploads that retention removed',
    registers,
    labelNames: ['reason'],
  })
  const removedBytes = new Counter({
    name: 'pavs_retention_bytes_total',
    help: 'Bytes that retention removed',
    registers,
    labelNames: ['reason'],
  })
  const uploadTime = new Histogram({
    name: 'pavs_upload_seconds',
    help: 'From the head of a request to its last byte',
    registers,
    buckets: uploadSeconds,
  })
  const verdictTime = new Histogram({
    name: 'pavs_verdict_seconds',
    help: 'From the last byte of an upload to its verdict',
    registers,
    buckets: verdictSeconds,
  })
  const latency = new Histogram({
    name: 'pavs_segment_latency_seconds',
    help: 'From the last sample of a segment, by prft, to its last byte',
    registers,
    buckets: latencySeconds,
  })
  return {
    judged(interfaceName, { upload, status, findings: found, media }) {
      uploads.inc({ status: String(status ?? 'none'), interface: interfaceName })
      if (!upload.parts) bytes.inc({ interface: interfaceName }, upload.bytes)
      for (const { code, severity } of found) findings.inc({ code, severity })
      const receivedMs = Date.parse(upload.receivedAt)
      uploadTime.observe(Math.max(0, receivedMs - Date.parse(upload.startedAt)) / 1_000)
      const latencyMs = media && producerLatencyOf(media, receivedMs)
      if (latencyMs !== null) latency.observe(Math.max(0, latencyMs) / 1_000)
      verdictTime.observe(Math.max(0, Date.now() - receivedMs) / 1_000)
    },
    unstored: (limit) => unstored.inc({ limit }),
    removed(reason, amount) {
      removedUploads.inc({ reason }, amount.uploads)
      removedBytes.inc({ reason }, amount.bytes)
    },
    refused: (code) => refusals.inc({ code: codeLabel(code) }),
  }
}
