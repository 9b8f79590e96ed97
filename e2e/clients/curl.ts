import { type CommandResult, run } from '../server/run.ts'
import type { Standalone } from '../server/standalone.ts'

/** What a client needs to reach a server. */
export type Reachable = Pick<Standalone, 'url' | 'rootCertificate'>

/** The response that curl received, or how it failed. */
export interface CurlResponse {
  readonly status: number
  /** `1.1` or `2`. */
  readonly httpVersion: string
  readonly body: Buffer
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
  readonly json: any
  readonly exitCode: number | null
  readonly complaint: string
}

/** Paths of the PEM files of a client certificate. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** The arguments with which curl presents a client certificate. */
export const as = ({ cert, key }: Identity): string[] => ['--cert', cert, '--key', key]

/** Runs curl for a path of the server. curl trusts only the root certificate of the server. */
export async function curl(
  server: Reachable,
  path: string,
  args: readonly string[] = [],
  input: Buffer | string = '',
): Promise<CurlResponse> {
  const always = ['-sS', '--max-time', '60', '--cacert', server.rootCertificate]
  const written = '\n%{http_code} %{http_version}'
  return responseOf(await run('curl', [...always, '-w', written, ...args, `${server.url}${path}`], { input }))
}

/** Makes a device with a key pair from the server. Throws when the server refuses. */
export async function makeDevice(server: Reachable, name: string): Promise<Identity> {
  const { status, text, json } = await curl(server, `/certs/${name}/keypair`, ['-XPOST'])
  if (status !== 200) throw new Error(`no key pair for ${name}: ${text}`)
  return { cert: json.cert, key: json.key }
}

/** Makes a stream and returns its id. Throws when the server refuses. */
export async function makeStream(server: Reachable, query = ''): Promise<string> {
  const { status, text, json } = await curl(server, `/streams${query}`, ['-XPOST'])
  if (status !== 201) throw new Error(`no stream: ${text}`)
  return String(json.id)
}

function responseOf({ code, stdout, stderr }: CommandResult): CurlResponse {
  const cut = stdout.lastIndexOf('\n')
  const [status, httpVersion = ''] = stdout.toString('latin1', cut + 1).split(' ')
  const body = stdout.subarray(0, cut)
  const text = body.toString()
  return {
    status: Number(status),
    httpVersion,
    body,
    text,
    json: parsed(text),
    exitCode: code,
    complaint: stderr,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
