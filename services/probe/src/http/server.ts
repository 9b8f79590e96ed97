import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { addAbortSignal } from 'node:stream'
import { OutOfReach, UploadGone } from '../use-cases/ports.ts'

/** The server that keeps the uploads, and how to know it. */
export interface ServerSettings {
  readonly origin: string
  /** The PEM that its certificate must chain to; undefined for the public ones. */
  readonly rootCertificate: string | undefined
  /** How long it may keep silent. */
  readonly silenceMs: number
}

/** Some of an upload's bytes, and how many there are in all. Disposal ends what has not been read. */
export interface Extent extends Disposable {
  readonly size: number
  readonly bytes: AsyncIterable<Buffer>
}

/** Reads an upload's bytes `from` up to, not with, `to`, or to their end. */
export type ReadExtent = (stream: string, upload: string, from: number, to?: number) => Promise<Extent>

/** One request for each extent, over connections that are kept; whatever hinders it is `OutOfReach`. */
export function readerOf(settings: ServerSettings, closing: AbortSignal): ReadExtent {
  const { origin, rootCertificate: ca, silenceMs } = settings
  const agent = new Agent({ keepAlive: true, ...(ca ? { ca } : {}) })

  return async function readExtent(stream, upload, from, to) {
    const range = `bytes=${from}-${to === undefined ? '' : to - 1}`
    const answer = await answerTo(`/uploads/${stream}/${upload}`, range).catch(outOfReach)
    const found = extentIn(answer, from)
    if (found) {
      const bytes = bytesIn(answer, found.length)
      return { size: found.size, bytes, [Symbol.dispose]: () => void answer.destroy() }
    }
    const { statusCode, code, detail } = await problemIn(answer).catch(outOfReach)
    if (statusCode === 404 && gone.includes(code)) throw new UploadGone(stream, upload)
    throw new OutOfReach(`${origin} answered ${statusCode} ${detail}`)
  }

  async function answerTo(path: string, range: string): Promise<IncomingMessage> {
    const sent = request(`${origin}${path}`, {
      agent,
      timeout: silenceMs,
      headers: { range },
      signal: closing,
    })
    let answer: IncomingMessage | null = null
    sent.once('timeout', () => (answer ?? sent).destroy(new Error(`not a byte in ${silenceMs} ms`)))
    sent.end()
    ;[answer] = (await once(sent, 'response')) as [IncomingMessage]
    // From here on errors are the answer's.
    sent.on('error', () => {})
    return addAbortSignal(closing, answer)
  }

  /** Read to its end, an answer leaves its connection to the next one. */
  async function* bytesIn(answer: IncomingMessage, length: number): AsyncGenerator<Buffer, void, undefined> {
    let missing = length
    const parts = answer[Symbol.asyncIterator]()
    const part = () => parts.next().catch(outOfReach)
    for (let next = await part(); !next.done && length > 0; next = await part()) {
      missing -= next.value.length
      yield next.value
    }
    if (missing !== 0) outOfReach(new Error(`${missing} bytes are missing`))
  }

  function outOfReach(error: Error & { readonly code?: string }): never {
    throw new OutOfReach(`${origin} cannot be read: ${error.message || error.code}`)
  }
}

const maxProblemLength = 65_536
const gone = ['object-unknown', 'stream-unknown']

/** What an answer holds, where it is what was asked for; beyond the end of an upload, that is nothing. */
function extentIn({ statusCode, headers }: IncomingMessage, from: number) {
  const range = /^bytes (?:(?<start>\d+)-(?<last>\d+)|\*)\/(?<size>\d+)$/.exec(headers['content-range'] ?? '')
  const { start, last, size } = range?.groups ?? {}
  if (statusCode === 416 && Number(size) <= from) return { size: Number(size), length: 0 }
  const isAsked = statusCode === 206 && Number(start) === from
  return isAsked ? { size: Number(size), length: Number(last) + 1 - from } : null
}

/** A problem in our server's JSON, or the beginning of whatever somebody in its place said. */
async function problemIn(answer: IncomingMessage) {
  const { statusCode } = answer
  let said = ''
  for await (const bytes of answer) {
    said += bytes
    if (said.length > maxProblemLength) break
  }
  try {
    const { code = '', detail = said } = JSON.parse(said)
    return { statusCode, code: String(code), detail: String(detail) }
  } catch {
    return { statusCode, code: '', detail: said.slice(0, 200) }
  }
}
