import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { Refusal } from '../../lib/refusal.ts'

interface ResponseHeaders {
  setHeader(name: string, value: string): unknown
}

type Decode = (coded: AsyncIterable<Buffer>) => AsyncIterable<Buffer>

/**
 * What undoes a request's content coding (RFC 9110, 8.4); null where it has none. Throws the refusal
 * `content-encoding-unsupported` for any other than gzip. The decoder throws the refusal `body-undecodable`.
 */
export function decoderOf(
  request: Pick<IncomingMessage, 'headers'>,
  response: ResponseHeaders,
): Decode | null {
  const named = (request.headers['content-encoding'] ?? '').toLowerCase().split(',')
  const codings = named.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (codings.length === 0) return null
  if (codings.length === 1 && isGzip.test(codings[0] ?? '')) return gunzip
  // RFC 9110, 15.5.16: the response says what would be accepted.
  response.setHeader('Accept-Encoding', 'gzip, identity')
  const received = codings.join(', ')
  throw new Refusal(
    'content-encoding-unsupported',
    `a body comes as it is or in Content-Encoding gzip, not ${received}`,
  )
}

const isGzip = /^(x-)?gzip$/

/** Holds one buffer in memory, however much comes out. */
async function* gunzip(coded: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const inflated = createGunzip({ chunkSize: 65_536 })
  // `inflated` throws the same failure below.
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
  error instanceof Error && errorCode(error).startsWith('Z_')
