import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { createServer } from '../process/node-http.ts'
import type { Address } from '../settings.ts'

/** A registry whose metrics have the label `process`. */
export function createRegistry(process: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  return registry
}

/** Gauges that are left out, because `promtool check metrics` takes them for counters by their names. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** Adds metrics of this process: CPU, memory, event loop lag and garbage collection. */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
}

/**
 * Serves `GET /metrics` (Prometheus text format) over plain HTTP at an address of its own. Adds the metrics of the
 * process, which cost processor time. Rejects with Node's error when the address cannot be used.
 */
export async function serveMetrics(registry: Registry, address: Address): Promise<AsyncDisposable> {
  addProcessMetrics(registry)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') return end(response, 404)
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => end(response, 500),
    )
  })
  server.listen(address)
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const end = (response: ServerResponse, status: number): void => void response.writeHead(status).end()
