import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { problem } from '@pushav/shared/api/common.ts'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { CredentialFiles } from './connection-options.ts'
import type { PathOf } from './run-command.ts'

/** A client of the server's JSON API. */
export interface ServerClient {
  /**
   * Sends a request; `body` is JSON. Throws `Unreachable` when no complete JSON response arrives within `timeoutMs`.
   */
  send(method: 'GET' | 'PUT', path: string, timeoutMs: number, body?: string): Promise<JsonResponse>
}

export interface JsonResponse {
  readonly status: number
  readonly json: unknown
}

/** The sentence in an error response, or one that names its status. */
export function detailOf({ status, json }: JsonResponse): string {
  const { data } = problem.safeParse(json)
  return typeof data?.detail === 'string' ? data.detail : `the server responds with ${status}`
}

/** The server sent no response; the message says why. */
export class Unreachable extends Error {
  override name = 'Unreachable' as const
}

const maxResponseBytes = 4_194_304

/** A client for the server at `url`. Throws the system's error for a file that cannot be read. */
export async function openServerClient(
  url: URL,
  { cacert, cert: certFile, key: keyFile }: CredentialFiles,
  pathOf: PathOf,
): Promise<ServerClient> {
  const [ca, cert, key] = await Promise.all(
    [cacert, certFile, keyFile].map((file) => file && readFile(pathOf(file), 'utf8')),
  )
  return createServerClient(
    url,
    new Agent({ keepAlive: false, ...(ca && { ca }), ...(cert && key && { cert, key }) }),
  )
}

function createServerClient(url: URL, agent: Agent): ServerClient {
  return {
    async send(method, path, timeoutMs, body) {
      try {
        const signal = AbortSignal.timeout(Math.ceil(timeoutMs))
        const sent = request(new URL(path, url), { agent, method, signal })
        if (body !== undefined) sent.setHeader('Content-Type', 'application/json')
        // Errors after the response change nothing: its body has been read by then, or emits an error itself.
        sent.on('error', () => undefined).end(body)
        const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage]
        return { status: response.statusCode ?? 0, json: JSON.parse(await textOf(response)) }
      } catch (error) {
        throw new Unreachable(`${url.origin} ${reasonOf(error)}`, { cause: error })
      }
    },
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    parts.push(part)
    bytes += part.length
    if (bytes > maxResponseBytes) throw new SyntaxError('too long')
  }
  return Buffer.concat(parts).toString()
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'does not respond with JSON: it is no push-av-server'
  const code = errorCode(error)
  if (trustCodes.includes(code))
    return `shows a certificate that is not trusted (${code}); --cacert names its root`
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'TimeoutError'))
    return 'does not respond'
  return `cannot be reached: ${error instanceof Error ? error.message : code}`
}

const trustCodes = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]
