import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { CameraError } from '../camera-error.ts'

/** PEM texts. */
export interface Credentials {
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
}

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

/** A request whose body is written bit by bit. */
export interface LongRequest {
  /** The response, whenever it comes; rejects with a LostConnection. */
  readonly reply: Promise<Reply>
  write(bytes: Buffer): void
  end(): void
  /** Loses the connection when all that was written has left. */
  abort(): void
}

/** A camera's connections to one server. */
export interface Transport extends Disposable {
  /** Throws a LostConnection, or a CameraError where another try would fail as well. */
  send(sent: ObjectRequest): Promise<Reply>
  /** Sends half of the body and loses the connection. */
  sendHalf(sent: ObjectRequest): Promise<void>
  openLong(sent: Omit<ObjectRequest, 'body'>): LongRequest
}

/** The connection did not come about, or ended before the response. */
export class LostConnection extends Error {}

/** A camera that hears nothing for so long gives its connection up. */
const silenceMs = 60_000
/** More of a response is not looked at. */
const maxReplyBytes = 64 * 1_024

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
    // What breaks behind the response, as where a server does not read the body to its end, changes nothing.
    started.on('error', () => undefined)
    return { status: response?.statusCode ?? 0, body: response ? await textOf(response) : '' }
  } catch (error) {
    started.on('error', () => undefined)
    throw failureOf(error)
  }
}

export async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    bytes += part.length
    if (bytes <= maxReplyBytes) parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** Codes of errors after which a camera may try again. */
const passing = /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|)$/

/** A LostConnection, or a CameraError where another try would fail as well. */
export function failureOf(error: unknown): Error {
  const code = errorCode(error)
  const words = printable(error instanceof Error ? error.message : String(error)) || code
  if (passing.test(code)) return new LostConnection(words)
  if (code === 'ENOTFOUND') return new CameraError(`the host of --url is unknown: ${words}`)
  return new CameraError(`no TLS connection: ${words} (${code})`)
}
