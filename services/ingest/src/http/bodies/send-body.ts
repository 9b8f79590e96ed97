import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { BodyLocation, Extent, RemoteBody } from '../../uploads/ports.ts'
import { byteRangeOf, contentRangeOf } from './byte-range.ts'

/** What kept a body from being sent: 404 and 416 as `status`, else the error of the system or of the adapter. */
export type SendFailure = Error & {
  readonly status?: unknown
  readonly code?: unknown
  readonly syscall?: unknown
}

type SendCallback = (error?: SendFailure) => void

/**
 * Sends the bytes of an upload, or the range that was asked for (RFC 9110, 14). The headers have an ETag. `onSent` is
 * called once, at the end.
 */
export function sendBody(
  response: Response,
  body: BodyLocation,
  headers: Readonly<Record<string, string>>,
  onSent: SendCallback,
): void {
  if (body.kind === 'remote')
    return void sendRemote(response, body, headers).then(
      () => onSent(),
      (error) => {
        // Headers of the body would be wrong on the error response.
        if (!response.headersSent)
          for (const name of [...Object.keys(headers), 'Accept-Ranges', 'Last-Modified'])
            response.removeHeader(name)
        onSent(error)
      },
    )
  // The file is named from its folder: a working directory such as ~/.pavstest counts as hidden otherwise.
  const options = { root: dirname(body.file), dotfiles: 'allow', cacheControl: false, headers } as const
  response.sendFile(basename(body.file), options, onSent)
}

/** Sends as express sends a file: a request for several ranges at once, or a malformed one, gets the whole body. */
async function sendRemote(
  response: Response,
  body: RemoteBody,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { req: request } = response
  const modified = body.modifiedAt.toUTCString()
  response.set({ ...headers, 'Accept-Ranges': 'bytes', 'Last-Modified': modified })
  if (request.fresh) {
    response.removeHeader('Content-Type')
    return void response.status(304).end()
  }
  const range = mayUseRange(request.headers['if-range'], headers.ETag, modified)
    ? byteRangeOf(request, body.bytes)
    : null
  if (range === 'beyond-end') {
    response.set('Content-Range', `bytes */${body.bytes}`)
    throw Object.assign(new Error('the range is beyond the end'), { status: 416 })
  }
  const extent = range ?? { from: 0, to: body.bytes }
  const length = { 'Content-Length': String(extent.to - extent.from) }
  if (request.method === 'HEAD') return void headOf().end()
  const bytes = await beginReading(body, extent)
  await pipeline(bytes, headOf())

  function headOf(): Response {
    if (range !== null) response.status(206).set('Content-Range', contentRangeOf(extent, body.bytes))
    return response.set(length)
  }
}

/** Resolves once the first bytes are read, so that a failure until then becomes an error response. */
async function beginReading(body: RemoteBody, extent: Extent): Promise<AsyncIterable<Buffer>> {
  const chunks = body.read(extent)[Symbol.asyncIterator]()
  const first = await chunks.next()
  return (async function* () {
    try {
      if (first.done) return
      yield first.value
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  })()
}

/** RFC 9110, 13.1.5: whether the range is asked for of the version that is here. */
function mayUseRange(ifRange: unknown, etag: string | undefined, modified: string): boolean {
  if (typeof ifRange !== 'string') return true
  return ifRange.includes('"') ? ifRange === etag : Date.parse(ifRange) >= Date.parse(modified)
}
