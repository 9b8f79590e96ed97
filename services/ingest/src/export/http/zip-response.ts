import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { ZipFile } from 'yazl'

/** One file in a zip. */
export interface ZipEntry {
  readonly name: string
  /** Unix time in milliseconds. */
  readonly modifiedMs: number
  readonly bytes: number
  /** Called when its turn comes. */
  content(): AsyncIterable<Uint8Array>
}

/**
 * Sends a zip of files as they are, without compression, so that its length is known before its first byte. Closes the
 * connection when a file cannot be read, so that the client notices.
 */
export async function sendZip(response: Response, entries: readonly ZipEntry[]): Promise<void> {
  const zip = new ZipFile()
  zip.on('error', () => response.destroy())
  /** The file that is read: one after the other is. */
  let input: Readable | null = null
  let isOver = false
  for (const { name, modifiedMs, bytes, content } of entries) {
    const options = { size: bytes, compress: false, mtime: new Date(modifiedMs) }
    zip.addReadStreamLazy(name, options, (done) => {
      if (isOver) return
      input = Readable.from(content())
      input.on('error', () => response.destroy())
      done(null, input)
    })
  }
  const sized = Promise.withResolvers<number>()
  const onSize = (size: number) => sized.resolve(size)
  // By the types of yazl the callback gets nothing, but yazl passes the size.
  zip.end({ forceZip64Format: false, comment: '' }, onSize as () => void)
  const size = await sized.promise
  response.set('Content-Type', 'application/zip').set('Content-Length', String(size))
  if (response.req.method === 'HEAD') return void response.end()
  const output = new PassThrough()
  zip.outputStream.pipe(output)
  await pipeline(output, response).catch(() => response.destroy())
  // The zip neither stops nor ends what it reads when its reader leaves; files would stay open.
  isOver = true
  closeIfOpen(input)
}

const closeIfOpen = (input: Readable | null): void => void input?.destroy()
