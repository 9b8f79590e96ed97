import { request } from 'node:http'
import type { Address } from '@pushav/shared/settings.ts'

const mostAtOnce = 8
const withinMs = 2_000

/** Why a peer did not get as far as a request. */
export interface RefusedHandshake {
  readonly address: string
  readonly code: string
  readonly reason: string
}

/**
 * Tells the first ingest that can be reached of refused handshakes, for whoever watches its events. The log holds
 * them all; of a flood only a part is told, and none when every ingest is away.
 */
export function createRefusalReport(ingests: readonly Address[], secret: () => string) {
  let underWay = 0
  return async function tell({ address, code, reason }: RefusedHandshake): Promise<void> {
    if (underWay >= mostAtOnce) return
    underWay++
    const body = JSON.stringify({ address, code: code.slice(0, 100), reason: reason.slice(0, 1_000) })
    for (const ingest of ingests) if (await isTold(ingest, body, secret())) break
    underWay--
  }
}

function isTold(ingest: Address, body: string, secret: string): Promise<boolean> {
  const target = 'path' in ingest ? { socketPath: ingest.path } : { host: ingest.host, port: ingest.port }
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-proxy-secret': secret,
    'x-proxy-event': 'handshake-refused',
  }
  const path = '/events/handshake-refused'
  return new Promise((resolve) => {
    const post = request({ ...target, agent: false, method: 'POST', path, headers, timeout: withinMs })
    post.on('timeout', () => post.destroy())
    post.on('response', (answer) => {
      answer.resume()
      resolve(true)
    })
    post.on('error', () => undefined)
    post.on('close', () => resolve(false))
    post.end(body)
  })
}
