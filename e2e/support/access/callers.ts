import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { ClientRequest } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import type { Standalone } from '../../server/standalone.ts'

/** The response to a caller; of an event stream only the head. */
export interface CallerResponse {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
  readonly json: any
}

/** A client with a certificate, a cookie or neither, over keep-alive connections. */
export interface TestCaller extends Disposable {
  send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Record<string, string>,
  ): Promise<CallerResponse>
  /** Begins an upload that announces a number of bytes. The caller writes and ends its body. */
  begin(path: string, bytes: number): ClientRequest
}

interface Credentials {
  /** PEM. */
  readonly cert?: string
  readonly key?: string
  /** The value of the header `Cookie`. */
  readonly cookie?: string
}

/** The header with which a browser sends requests of this server's own pages. */
const fromOwnPage = { 'sec-fetch-site': 'same-origin' }

export async function callerWith(
  server: Standalone,
  { cert, key, cookie }: Credentials,
): Promise<TestCaller> {
  const ca = await readFile(server.rootCertificate)
  const agent = new Agent({ keepAlive: true, ca, cert, key })
  const own = cookie ? { cookie, ...fromOwnPage } : {}
  return { send, begin, [Symbol.dispose]: () => agent.destroy() }

  function begin(path: string, bytes: number): ClientRequest {
    const headers = { ...own, 'content-length': String(bytes) }
    return httpsRequest(`${server.url}${path}`, { agent, method: 'PUT', headers })
  }

  async function send(
    method: string,
    path: string,
    body?: string | Buffer,
    more = {},
  ): Promise<CallerResponse> {
    const headers = { ...own, ...more }
    const sent = httpsRequest(`${server.url}${path}`, { agent, method, headers }).end(body)
    const [response] = await once(sent, 'response')
    const isEndless = response.headers['content-type'] === 'text/event-stream'
    if (isEndless) response.destroy()
    const parts: Buffer[] = []
    if (!isEndless) for await (const bytes of response) parts.push(bytes)
    const text = Buffer.concat(parts).toString()
    return { status: response.statusCode, headers: response.headers, text, json: parsed(text) }
  }
}

/** A client with the admin's certificate, which the server made at its start. */
export async function adminOf(server: Standalone): Promise<TestCaller> {
  const pem = await readFile(join(server.workingDirectory, 'certs/admin/admin.pem'), 'utf8')
  return callerWith(server, { cert: pem, key: pem })
}

/** The tokens that the server printed at its start. */
export function printedTokens({ log }: Standalone): { readonly signIn: string; readonly enrolment: string } {
  const text = log.join('\n')
  const [, signIn = ''] = /with the token (\S+)$/m.exec(text) ?? []
  const [, enrolment = ''] = /Authorization: Bearer (\S+)$/m.exec(text) ?? []
  return { signIn, enrolment }
}

export async function makeToken(admin: TestCaller, wish: object): Promise<string> {
  const { status, json, text } = await admin.send('POST', '/access/tokens', JSON.stringify(wish))
  equal(status, 201, text)
  return json.token
}

/** A device with a certificate that it got by an enrolment token. `pem` and `key` are its certificate and key. */
export async function enrolledDevice(server: Standalone, admin: TestCaller, name: string) {
  const token = await makeToken(admin, { purpose: 'enrolment', name })
  using anonymous = await callerWith(server, {})
  const { status, json, text } = await anonymous.send('POST', `/certs/${name}/keypair`, '', bearer(token))
  equal(status, 200, text)
  const { cert_pem: cert, key_pem: key } = json
  return { cert, key, caller: await callerWith(server, { cert, key }) }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** A browser that has signed in with a token. */
export async function signedIn(
  server: Standalone,
  token: string,
): Promise<TestCaller & { readonly cookie: string }> {
  using anonymous = await callerWith(server, {})
  const { status, headers, text } = await anonymous.send('POST', '/access/sign-in', JSON.stringify({ token }))
  equal(status, 200, text)
  const [cookie = ''] = String(headers['set-cookie']).split(';')
  return { ...(await callerWith(server, { cookie })), cookie }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
