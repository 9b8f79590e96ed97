import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { join } from 'node:path'
import { launchStandalone, type Standalone } from '../../server/standalone.ts'

/** What the Matter test harness got to hear. */
export interface HarnessResponse {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** Where the server is found, as the harness is told it: the launcher, or a link to it. */
export const launcher = join(import.meta.dirname, '../../../services/standalone/push_av_server.py')

/** Starts the server as the harness does, from a folder that is not the server's; only the port is added. */
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

/** One call as the harness makes it: HTTP/1.1, no certificate, no SNI, nothing verified, 5 s for the response. */
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

/** The same where the harness reads JSON, as it does of every response to a call that has a body. */
export async function askJson(server: Standalone, status: number, ...call: [string, string, unknown?]) {
  const heard = await ask(server, ...call)
  equal(heard.status, status, `${call[0]} ${call[1]}: ${heard.body}`)
  return JSON.parse(String(heard.body))
}
