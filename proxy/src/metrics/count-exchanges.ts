import { codeLabel } from '@pushav/shared/metrics/code-label.ts'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { ProxyMetrics } from './proxy-metrics.ts'

const methods = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE'])

export function createProxyMetrics(registry: Registry): ProxyMetrics {
  const registers = [registry]
  const handshakes = new Counter({
    name: 'pavs_proxy_handshakes_total',
    help: 'TLS handshakes that ended well, by protocol',
    registers,
    labelNames: ['protocol'],
  })
  const refusals = new Counter({
    name: 'pavs_proxy_refusals_total',
    help: 'Handshakes and certificates refused, by code',
    registers,
    labelNames: ['code'],
  })
  const excesses = new Counter({
    name: 'pavs_proxy_limited_total',
    help: 'Refused because of a limit, by limit',
    registers,
    labelNames: ['limit'],
  })
  const seconds = new Histogram({
    name: 'pavs_proxy_exchange_seconds',
    help: 'Exchanges by method and outcome',
    registers,
    labelNames: ['method', 'outcome'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3_600],
  })
  return {
    connected: (protocol) => handshakes.inc({ protocol }),
    // A client chooses neither: codes are this proxy's and Node's, methods are of a closed list.
    refused: (code) => refusals.inc({ code: codeLabel(code) }),
    limited: (limit) => excesses.inc({ limit }),
    exchanged: (method, outcome, durationMs) =>
      seconds.observe({ method: methods.has(method) ? method : 'other', outcome }, durationMs / 1_000),
  }
}
