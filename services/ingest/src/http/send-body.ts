import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { BodyLocation, Extent, RemoteBody } from '../uploads/ports.ts'

/** What kept a body from being sent: 404 and 416 as `status`, else the error of the system or of the adapter. */
export type SendFailure = Error & {
  readonly status?: unknown
  readonly code?: unknown
  readonly syscall?: unknown
}

type OnSent = (error?: SendFailure) => void

/**
 * Sends the bytes of an upload, or the range that was asked for (RFC 9110, 14). The headers have an ETag. `onSent` is called
 * once, at the end.
 */
export function sendBody(
  response: Response,
  body: BodyLocation,
  headers: Readonly<Record<string, string>>,
  onSent: OnSent,
): void {
  if (body.kind === 'remote')
    return void sendRemote(response, body, headers).then(
      () => onSent(),
      (error) => {
        // They are not those of an error response.
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

/** As express sends a file: several ranges at once, and what is no range, get the whole body. */
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
  const ranges = isRangeOf(request.headers['if-range'], headers.ETag, modified)
    ? request.range(body.bytes, { combine: true })
    : undefined
  if (ranges === -1) {
    response.set('Content-Range', `bytes */${body.bytes}`)
    throw Object.assign(new Error('the range is beyond the end'), { status: 416 })
  }
  const isPart = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1
  const [range] = isPart ? ranges : []
  const extent = range ? { from: range.start, to: range.end + 1 } : { from: 0, to: body.bytes }
  const length = { 'Content-Length': String(extent.to - extent.from) }
  if (request.method === 'HEAD') return void headOf().end()
  const bytes = await begun(body, extent)
  await pipeline(bytes, headOf())

  function headOf(): Response {
    if (range) response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${body.bytes}`)
    return response.set(length)
  }
}

/** The bytes, once the first of them are here: what fails before is an error response. */
async function begun(body: RemoteBody, extent: Extent): Promise<AsyncIterable<Buffer>> {
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

/** Whether the range counts: it is asked for of the version that the body is. */
function isRangeOf(ifRange: unknown, etag: string | undefined, modified: string): boolean {
  if (typeof ifRange !== 'string') return true
  return ifRange.includes('"') ? ifRange === etag : Date.parse(ifRange) >= Date.parse(modified)
}
