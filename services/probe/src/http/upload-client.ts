import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { addAbortSignal } from 'node:stream'
import { type ReadRange, UploadGone, UploadsUnavailable } from '../use-cases/ports.ts'

interface UploadClientOptions {
  /** The server that stores the uploads, such as `https://192.0.2.10:1234`. */
  readonly origin: string
  /** The PEM that the server's certificate must chain to; undefined for the public roots. */
  readonly rootCertificate: string | undefined
  /** PEM with a client certificate and its key; undefined to show none. */
  readonly clientCertificate?: string | undefined
  /** How long the server may send no byte. */
  readonly timeoutMs: number
}

/** Sends one range request (RFC 9110, 14) for each read, over keep-alive connections. `closing` aborts all requests. */
export function createUploadClient(options: UploadClientOptions, closing: AbortSignal): ReadRange {
  const { origin, rootCertificate: ca, clientCertificate: pem, timeoutMs } = options
  const agent = new Agent({ keepAlive: true, ...(ca ? { ca } : {}), ...(pem ? { cert: pem, key: pem } : {}) })

  return async function readRange(stream, upload, from, to) {
    const range = `bytes=${from}-${to === undefined ? '' : to - 1}`
    const response = await get(`/uploads/${stream}/${upload}`, range).catch(unavailable)
    const content = contentRangeOf(response, from)
    if (content) {
      const bytes = bytesOf(response, content.length)
      return { size: content.size, sha256: null, bytes, [Symbol.dispose]: () => void response.destroy() }
    }
    const { statusCode, code, detail } = await readProblem(response).catch(unavailable)
    if (statusCode === 404 && goneCodes.includes(code)) throw new UploadGone(stream, upload)
    throw new UploadsUnavailable(`${origin} responded ${statusCode} ${detail}`)
  }

  async function get(path: string, range: string): Promise<IncomingMessage> {
    const outgoing = request(`${origin}${path}`, {
      agent,
      timeout: timeoutMs,
      headers: { range },
      signal: closing,
    })
    let response: IncomingMessage | null = null
    outgoing.once('timeout', () => (response ?? outgoing).destroy(new Error(`no byte in ${timeoutMs} ms`)))
    outgoing.end()
    ;[response] = (await once(outgoing, 'response')) as [IncomingMessage]
    // From here on the response emits the errors.
    outgoing.on('error', () => {})
    return addAbortSignal(closing, response)
  }

  /** The bytes of a response, read to its end so that the agent can reuse its connection. */
  async function* bytesOf(
    response: IncomingMessage,
    length: number,
  ): AsyncGenerator<Buffer, void, undefined> {
    let missing = length
    const chunks = response[Symbol.asyncIterator]()
    const nextChunk = () => chunks.next().catch(unavailable)
    for (let next = await nextChunk(); !next.done && length > 0; next = await nextChunk()) {
      missing -= next.value.length
      yield next.value
    }
    if (missing !== 0) unavailable(new Error(`${missing} bytes are missing`))
  }

  function unavailable(error: Error & { readonly code?: string }): never {
    throw new UploadsUnavailable(`${origin} cannot be read: ${error.message || error.code}`)
  }
}

const maxProblemCharacters = 65_536
const goneCodes = ['object-unknown', 'stream-unknown']

/** Null when the response is not the requested range. A range beyond the end of an upload is empty. */
function contentRangeOf({ statusCode, headers }: IncomingMessage, from: number) {
  const range = /^bytes (?:(?<start>\d+)-(?<last>\d+)|\*)\/(?<size>\d+)$/.exec(headers['content-range'] ?? '')
  const { start, last, size } = range?.groups ?? {}
  if (statusCode === 416 && Number(size) <= from) return { size: Number(size), length: 0 }
  const isRequested = statusCode === 206 && Number(start) === from
  return isRequested ? { size: Number(size), length: Number(last) + 1 - from } : null
}

/** The problem of an error response: its JSON, or the first 200 characters when another kind of server responded. */
async function readProblem(response: IncomingMessage) {
  const { statusCode } = response
  let body = ''
  for await (const bytes of response) {
    body += bytes
    if (body.length > maxProblemCharacters) break
  }
  try {
    const { code = '', detail = body } = JSON.parse(body)
    return { statusCode, code: String(code), detail: String(detail) }
  } catch {
    return { statusCode, code: '', detail: body.slice(0, 200) }
  }
}
