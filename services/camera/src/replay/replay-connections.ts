import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { Agent, request } from 'node:https'
import type { Writable } from 'node:stream'
import type { SecureContextOptions } from 'node:tls'
import { CameraError } from '../camera-error.ts'
import { failureOf, LostConnection, type Reply, textOf } from '../sending/transport.ts'
import type { ReplayConnection, ReplayRequest } from './replay-request.ts'

/** A request without a byte for this time is aborted. */
const silenceMs = 60_000

/** A connection of HTTP/1.1 with one request after the other. It opens with the first request and again when lost. */
export function openHttp1(origin: URL, credentials: SecureContextOptions): ReplayConnection {
  const agent = new Agent({ ...credentials, keepAlive: true, maxSockets: 1 })
  return {
    async send({ method, path, headers, announcedBytes, isCutOff, body }) {
      const started = request(new URL(path, origin), { agent, method, timeout: silenceMs })
      for (const [name, value] of headers) started.appendHeader(name, value)
      if (announcedBytes === null) started.setHeader('Transfer-Encoding', 'chunked')
      else started.setHeader('Content-Length', announcedBytes)
      started.on('timeout', () => started.destroy(new Error(`no response for ${silenceMs / 1_000} s`)))
      started.flushHeaders()
      const replied = once(started, 'response').then(async ([response]): Promise<Reply> => {
        // Errors after the response change nothing: a server may close the connection before it has read the body.
        started.on('error', () => undefined)
        return { status: response.statusCode ?? 0, body: await textOf(response) }
      })
      return sendBody(started, body, isCutOff, replied, () => started.destroy())
    },
    close: () => agent.destroy(),
  }
}

/** A connection of HTTP/2. It opens with the first request and again when lost. */
export function openHttp2(origin: URL, credentials: SecureContextOptions): ReplayConnection {
  let session: ClientHttp2Session | null = null
  return {
    async send(sent) {
      if (!session || session.closed || session.destroyed) session = openSession()
      const stream = session.request(headersOf(sent), { endStream: false })
      stream.setTimeout(silenceMs, () => stream.close(constants.NGHTTP2_CANCEL))
      const abort = () => stream.close(constants.NGHTTP2_CANCEL)
      return sendBody(stream, sent.body, sent.isCutOff, replyOn(stream), abort)
    },
    close: () => session?.close(),
  }

  function openSession(): ClientHttp2Session {
    const opened = connect(origin, { ...credentials, ALPNProtocols: ['h2'] })
    // Each request on the session emits the error as well.
    opened.on('error', () => undefined)
    return opened
  }
}

function headersOf({ method, path, headers, announcedBytes }: ReplayRequest) {
  const sent: Record<string, string | string[]> = { ':method': method, ':path': path }
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    const before = sent[lower]
    sent[lower] = before === undefined ? value : [before, value].flat()
  }
  return announcedBytes === null ? sent : { ...sent, 'content-length': String(announcedBytes) }
}

/** Resolves with the response. Throws also when the stream closes without an error, as a reset stream may. */
async function replyOn(stream: ClientHttp2Stream): Promise<Reply> {
  const closed = new AbortController()
  stream.once('close', () => closed.abort())
  const [head] = await once(stream, 'response', { signal: closed.signal }).catch((error) => {
    throw closed.signal.aborted ? new LostConnection('the stream was closed without a response') : error
  })
  // Errors after the head change nothing, because the status is known.
  stream.on('error', () => undefined)
  return { status: Number(head[':status']), body: await textOf(stream).catch(() => '') }
}

async function sendBody(
  started: Writable,
  body: AsyncIterable<Buffer>,
  isCutOff: boolean,
  replied: Promise<Reply>,
  abort: () => void,
): Promise<Reply | null> {
  let isOver = false
  const end = replied.then(
    () => undefined,
    () => undefined,
  )
  void end.then(() => {
    isOver = true
  })
  try {
    for await (const part of body) {
      if (isOver) break
      // Waits for each write, because aborting the connection would lose bytes that have not been sent.
      if (isCutOff) await Promise.race([new Promise((resolve) => started.write(part, resolve)), end])
      else if (!started.write(part)) await Promise.race([once(started, 'drain').catch(() => undefined), end])
    }
  } catch (error) {
    abort()
    await end
    throw error
  }
  if (isCutOff && !isOver) {
    abort()
    await end
    return null
  }
  if (!isOver) started.end()
  return replied.catch((error) => {
    throw error instanceof LostConnection || error instanceof CameraError ? error : wordsOf(error)
  })
}

function wordsOf(error: unknown): Error {
  const isHttp1Only =
    error instanceof Error &&
    /ALPN|no_application_protocol|ERR_HTTP2_ERROR|Protocol error/i.test(`${error.message}`)
  return isHttp1Only
    ? new CameraError(
        'the server speaks no HTTP/2, in which the recording was sent; --http1 sends it in HTTP/1.1',
      )
    : failureOf(error)
}
