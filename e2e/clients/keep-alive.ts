import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import type { Identity } from './curl.ts'
import type { Reachable } from './raw-tls.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
  readonly json: any
  /** Local port of the connection. Two requests with the same port used the same connection. */
  readonly localPort: number | undefined
}

/** A client that keeps its connections open. `send` rejects when the connection is lost. */
export interface Client extends Disposable {
  send(method: string, path: string, body?: Buffer | string, headers?: OutgoingHttpHeaders): Promise<Reply>
}

/** A client with HTTP/1.1 and at most `connections` connections; without a certificate when `device` is null. */
export async function keepAlive(
  server: Reachable,
  device: Identity | null,
  connections: number,
): Promise<Client> {
  const files = [server.rootCertificate, ...(device ? [device.cert, device.key] : [])]
  const [ca, cert, key] = await Promise.all(files.map((file) => readFile(file)))
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const tls = { ca, cert, key, agent, host: 'localhost', port: server.port }
  return { send, [Symbol.dispose]: () => agent.destroy() }

  async function send(
    method: string,
    path: string,
    body: Buffer | string = '',
    more: OutgoingHttpHeaders = {},
  ): Promise<Reply> {
    const length = body.length > 0 ? { 'Content-Length': Buffer.byteLength(body) } : {}
    const asking = request({ ...tls, method, path, headers: { ...length, ...more } })
    asking.setTimeout(30_000, () => asking.destroy(new Error('no response')))
    asking.end(body)
    const [response] = await once(asking, 'response')
    const { localPort } = response.socket
    const parts: Buffer[] = []
    for await (const bytes of response) parts.push(bytes)
    const all = Buffer.concat(parts)
    const isJson = String(response.headers['content-type']).startsWith('application/json')
    return {
      status: response.statusCode,
      headers: response.headers,
      body: all,
      json: isJson ? JSON.parse(String(all)) : null,
      localPort,
    }
  }
}
