import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { DeviceFiles } from '../load/device-files.ts'

/** A device that uses the API over one keep-alive connection. */
export interface Api extends Disposable {
  call(method: 'GET' | 'PUT' | 'POST', path: string, body?: Buffer): Promise<ApiResponse>
}

interface ApiResponse {
  readonly status: number
  /** The JSON of the response, parsed on access: parsing a long response would delay what is being timed. */
  // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
  readonly json: any
  /** From the call to the last byte of the response. */
  readonly tookMs: number
}

export async function createApi(url: string, identity: DeviceFiles, signal: AbortSignal): Promise<Api> {
  const [ca, cert, key] = await Promise.all([
    readFile(identity.cacert),
    readFile(identity.cert),
    readFile(identity.key),
  ])
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, cert, key })
  return { call, [Symbol.dispose]: () => agent.destroy() }

  async function call(method: string, path: string, body?: Buffer): Promise<ApiResponse> {
    const begun = performance.now()
    const headers = body ? { 'content-length': body.length } : {}
    const sent = request(`${url}${path}`, { method, agent, headers, signal })
    sent.end(body)
    const [response] = await once(sent, 'response')
    const said = await text(response)
    const tookMs = performance.now() - begun
    return {
      status: response.statusCode,
      tookMs,
      get json() {
        return parsed(said)
      },
    }
  }
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return null
  }
}
