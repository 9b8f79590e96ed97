import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { Response } from 'express'
import type { Pages } from '../streams/pages.ts'

/** The fast path: express's `response.json` without its work on MIME types, charsets and freshness. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length])
  response.end(text)
}

const maxBuffered = 65_536

/**
 * Sends JSON in which any list may be `Pages`, as fast as the client reads it, and lets uploads run in between. A page
 * that cannot be read when the head is sent closes the connection, so that the client notices that the JSON is cut off;
 * up to then it throws what the page threw.
 */
export async function streamJson(response: Response, value: unknown): Promise<void> {
  response.type('json')
  let text = ''
  for await (const piece of jsonPieces(value)) {
    text += piece
    if (text.length < maxBuffered) continue
    response.flushHeaders()
    if (response.req.method === 'HEAD') return void response.end()
    await writeAndDrain(response, text)
    if (response.closed) return
    text = ''
    await setImmediate()
  }
  if (response.headersSent) response.end(text)
  else response.send(text)
}

/** Resolves when the client has room for more or has closed the connection. */
export async function writeAndDrain(response: Response, text: string): Promise<void> {
  if (response.write(text) || response.closed) return
  const settled = new AbortController()
  const { signal } = settled
  await Promise.race(['drain', 'close'].map((event) => once(response, event, { signal })))
  settled.abort()
}

/** What `JSON.stringify` gives, in pieces; each page is read when the one before it has been taken. */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (isPages(value)) yield* arrayPieces(value)
  else if (hasPages(value)) yield* objectPieces(value)
  else yield JSON.stringify(value)
}

async function* arrayPieces(pages: Pages<unknown>): AsyncGenerator<string> {
  let separator = ''
  yield '['
  for await (const page of pages) {
    if (page.length === 0) continue
    yield separator
    yield* itemPieces(page)
    separator = ','
  }
  yield ']'
}

async function* itemPieces(page: readonly unknown[]): AsyncGenerator<string> {
  if (!page.some(hasPages)) return yield JSON.stringify(page).slice(1, -1)
  for (const [i, item] of page.entries()) {
    if (i > 0) yield ','
    yield* jsonPieces(item)
  }
}

async function* objectPieces(fields: object): AsyncGenerator<string> {
  for (const [i, [name, value]] of Object.entries(fields).entries()) {
    yield `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`
    yield* jsonPieces(value)
  }
  yield '}'
}

const isPages = (value: unknown): value is Pages<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const hasPages = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some(isPages)
