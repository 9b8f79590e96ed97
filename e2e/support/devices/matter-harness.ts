import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { join } from 'node:path'
import { launchStandalone, type Standalone } from '../../server/standalone.ts'

/** A response as the Matter test harness sees it. */
export interface HarnessResponse {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** The path of the server that the harness gets: the launcher, or a link to it. */
export const launcher = join(import.meta.dirname, '../../../services/standalone/push_av_server.py')

/** Starts the server as the harness does, from another folder than the server's, with a free port. */
export const launchAsHarness = (
  file: string,
  workingDirectory: string,
  serverIp: string,
  port: number,
): Promise<Standalone> =>
  launchStandalone({
    command: 'python3',
    args: [file, '--host', '0.0.0.0', '--strict-mode', '--server-ip', serverIp, '--port', String(port)],
    host: '0.0.0.0',
    workingDirectory,
    cwd: '/',
  })

/** Makes a call as the harness does: HTTP/1.1, no certificate, no SNI, no verification, 5 s for the response. */
export async function ask(
  server: Standalone,
  method: string,
  path: string,
  json?: unknown,
): Promise<HarnessResponse> {
  const body = json === undefined ? '' : JSON.stringify(json)
  const headers =
    json === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': body.length }
  const tls = { servername: '', rejectUnauthorized: false, agent: false } as const
  const asking = request({ ...tls, host: '127.0.0.1', port: server.port, method, path, headers })
  asking.setTimeout(5_000, () => asking.destroy(new Error('no response within 5 s')))
  asking.end(body)
  const [response] = await once(asking, 'response')
  equal(response.httpVersion, '1.1')
  const parts: Buffer[] = []
  for await (const bytes of response) parts.push(bytes)
  return {
    status: response.statusCode,
    type: String(response.headers['content-type']),
    body: Buffer.concat(parts),
  }
}

/** Makes a call whose response the harness reads as JSON: each call with a body. */
export async function askJson(server: Standalone, status: number, ...call: [string, string, unknown?]) {
  const heard = await ask(server, ...call)
  equal(heard.status, status, `${call[0]} ${call[1]}: ${heard.body}`)
  return JSON.parse(String(heard.body))
}
