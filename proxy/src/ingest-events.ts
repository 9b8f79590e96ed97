import { request } from '@pushav/shared/process/node-http.ts'
import type { Address } from '@pushav/shared/settings.ts'

const timeoutMs = 2_000

/**
 * Reports events that only the proxy sees to ingest, each as a POST to `/events/<name>`. Each function resolves with
 * whether ingest accepted the event, and never rejects.
 */
export interface IngestEvents {
  /** Posts to one ingest. */
  postTo(ingest: Address, name: string, event: object): Promise<boolean>
  /** Posts to one ingest after the other until one accepts it. */
  postToAny(name: string, event: object): Promise<boolean>
}

/** `ingests` returns the addresses of the ingests that run now; `secret` the secret of the newest handover file. */
export function createIngestEvents(ingests: () => readonly Address[], secret: () => string): IngestEvents {
  return { postTo, postToAny }

  async function postToAny(name: string, event: object): Promise<boolean> {
    for (const ingest of ingests()) if (await postTo(ingest, name, event)) return true
    return false
  }

  function postTo(ingest: Address, name: string, event: object): Promise<boolean> {
    const target = 'path' in ingest ? { socketPath: ingest.path } : { host: ingest.host, port: ingest.port }
    const body = JSON.stringify(event)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-proxy-secret': secret(),
      'x-proxy-event': name,
    }
    const path = `/events/${name}`
    return new Promise((resolve) => {
      const sent = request({ ...target, agent: false, method: 'POST', path, headers, timeout: timeoutMs })
      sent.on('timeout', () => sent.destroy())
      sent.on('response', (response) => {
        response.resume()
        resolve(response.statusCode === 204)
      })
      sent.on('error', () => undefined)
      sent.on('close', () => resolve(false))
      sent.end(body)
    })
  }
}
