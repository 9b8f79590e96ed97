import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Refusal } from '../../lib/refusal.ts'

interface Headed {
  setHeader(name: string, value: string): unknown
}

type Decode = (coded: AsyncIterable<Buffer>) => AsyncIterable<Buffer>

/** What undoes a request's content coding; null where it has none, refused where it is not gzip (RFC 9110, 8.4). */
export function decoderOf(request: Pick<IncomingMessage, 'headers'>, response: Headed): Decode | null {
  const named = (request.headers['content-encoding'] ?? '').toLowerCase().split(',')
  const codings = named.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (codings.length === 0) return null
  if (codings.length === 1 && isGzip.test(codings[0] ?? '')) return gunzip
  // RFC 9110, 15.5.16: what would be accepted.
  response.setHeader('Accept-Encoding', 'gzip, identity')
  const received = codings.join(', ')
  throw new Refusal('coding-unknown', `a body comes as it is or in Content-Encoding gzip, not ${received}`)
}

const isGzip = /^(x-)?gzip$/

/** Holds no more than one buffer, however much comes out. */
async function* gunzip(coded: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const inflated = createGunzip({ chunkSize: 65_536 })
  // A failure is told by `inflated`, too.
  const fed = pipeline(coded, inflated).catch(() => undefined)
  try {
    for await (const bytes of inflated) yield bytes
  } catch (error) {
    throw isOfZlib(error) ? new Refusal('body-undecodable', `the body is no gzip: ${error.message}`) : error
  } finally {
    await fed
  }
}

const isOfZlib = (error: unknown): error is Error =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('Z_')
