import { request } from 'node:http'
import type { Address } from '@pushav/shared/settings.ts'

const timeoutMs = 2_000

/** Posts to one ingest after the other until one accepts it; resolves with whether one did, and never rejects. */
export async function postToAny(
  ingests: readonly Address[],
  name: string,
  event: object,
  secret: string,
): Promise<boolean> {
  for (const ingest of ingests) if (await postEvent(ingest, name, event, secret)) return true
  return false
}

/**
 * Posts something that only the proxy knows to `/events/<name>` of one ingest. Resolves with whether that accepted it;
 * never rejects.
 */
export function postEvent(ingest: Address, name: string, event: object, secret: string): Promise<boolean> {
  const target = 'path' in ingest ? { socketPath: ingest.path } : { host: ingest.host, port: ingest.port }
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-proxy-secret': secret,
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
