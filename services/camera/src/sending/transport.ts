import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { CameraError } from '../camera-error.ts'

/** Root of the server, certificate and key of the device, each in PEM. */
export interface Credentials {
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
}

/** A response whose body has been read. */
export interface Reply {
  readonly status: number
  readonly body: string
}

/** One request with a whole body. */
interface ObjectRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly isAnonymous?: boolean | undefined
}

/** A request whose body is written piece by piece. */
export interface LongRequest {
  /** The response, which may come before the end of the request. Rejects with a LostConnection or a CameraError. */
  readonly reply: Promise<Reply>
  write(bytes: Buffer): void
  end(): void
  /** Destroys the connection once all written bytes have been sent. */
  abort(): void
}

/** A camera's connections to one server. */
export interface Transport extends Disposable {
  /** Throws a LostConnection, or a CameraError when another try would fail as well. */
  send(sent: ObjectRequest): Promise<Reply>
  /** Sends half of the body and destroys the connection. */
  sendHalf(sent: ObjectRequest): Promise<void>
  openLong(sent: Omit<ObjectRequest, 'body'>): LongRequest
}

/** The connection could not be opened, or ended before the response. */
export class LostConnection extends Error {}

/** A camera that receives nothing for this time aborts its request. */
const silenceMs = 60_000
/** The rest of a longer response body is discarded. */
const maxReplyBytes = 64 * 1_024

/** Opens the connections of a camera, up to 16 at a time; without `keepsConnections` each carries one request. */
export function openTransport(origin: URL, credentials: Credentials, keepsConnections: boolean): Transport {
  const agentOptions = { keepAlive: keepsConnections, maxSockets: 16 }
  const known = new Agent({ ...agentOptions, ...credentials })
  const anonymous = new Agent({ ...agentOptions, ca: credentials.ca })
  return {
    send: ({ body, ...sent }) => {
      const { started, reply } = start(sent, { 'Content-Length': String(body.length) })
      started.end(body)
      return reply
    },
    async sendHalf({ body, ...sent }) {
      const { started, reply } = start(sent, { 'Content-Length': String(body.length) })
      const lost = reply.catch(() => undefined)
      started.write(body.subarray(0, body.length / 2), () => started.destroy())
      await lost
    },
    openLong(sent) {
      const { started, reply } = start(sent, {})
      started.flushHeaders()
      let written = Promise.resolve()
      return {
        reply,
        write: (bytes) => {
          written = new Promise((resolve) => void started.write(bytes, () => resolve()))
        },
        end: () => void started.end(),
        abort: () => void written.then(() => started.destroy()),
      }
    },
    [Symbol.dispose]() {
      known.destroy()
      anonymous.destroy()
    },
  }

  function start(sent: Omit<ObjectRequest, 'body'>, more: Readonly<Record<string, string>>) {
    const options: RequestOptions = {
      agent: sent.isAnonymous ? anonymous : known,
      method: sent.method,
      host: origin.hostname.replace(/^\[(.+)\]$/, '$1'),
      port: origin.port || 443,
      path: sent.path,
      headers: { ...sent.headers, ...more },
      timeout: silenceMs,
    }
    const started = request(options)
    started.on('timeout', () => started.destroy(new Error(`no response for ${silenceMs / 1_000} s`)))
    return { started, reply: replyTo(started) }
  }
}

async function replyTo(started: ClientRequest): Promise<Reply> {
  try {
    const [response]: IncomingMessage[] = await once(started, 'response')
    // Errors after the response change nothing: a server may close the connection before it has read the body.
    started.on('error', () => undefined)
    return { status: response?.statusCode ?? 0, body: response ? await textOf(response) : '' }
  } catch (error) {
    started.on('error', () => undefined)
    throw failureOf(error)
  }
}

/** The text of a response body, at most 64 KiB of it. */
export async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    bytes += part.length
    if (bytes <= maxReplyBytes) parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** Codes of errors after which another try may succeed. */
const passing = /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|)$/

/** The error of a failed request: a LostConnection, or a CameraError when another try would fail as well. */
export function failureOf(error: unknown): Error {
  const code = errorCode(error)
  const words = printable(error instanceof Error ? error.message : String(error)) || code
  if (passing.test(code)) return new LostConnection(words)
  if (code === 'ENOTFOUND') return new CameraError(`the host of --url is unknown: ${words}`)
  return new CameraError(`no TLS connection: ${words} (${code})`)
}
