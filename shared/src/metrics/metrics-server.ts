import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Address } from '../settings.ts'

export function createRegistry(process: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  return registry
}

/**
 * Serves `GET /metrics` (Prometheus text format) over plain HTTP on an address of its own, which nothing else is served
 * on, with what every process has: CPU, memory, event loop lag, garbage collection. Does nothing for null: observing
 * the garbage collection costs time. Rejects with Node's error when the address cannot be used.
 */
export async function serveMetrics(registry: Registry, address: Address | null): Promise<AsyncDisposable> {
  if (!address) return { [Symbol.asyncDispose]: async () => undefined }
  collectDefaultMetrics({ register: registry })
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
