import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { NextFunction, Request, Response } from 'express'
import type { Pages } from '../streams/pages.ts'

/** The fast path: express's `response.json` without its work on MIME types, charsets and freshness. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = jsonText(value, response.req.url)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, [
    ...['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length],
    ...['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'],
  ])
  response.end(text)
}

/** JSON with a newline at its end, for terminals; indented where the URL has `?pretty`. */
function jsonText(value: unknown, url: string | undefined): string {
  return `${JSON.stringify(value, null, isPretty(url) ? 2 : 0)}\n`
}

const isPretty = (url = ''): boolean => url.includes('?') && /[?&]pretty(=|&|$)/.test(url)

/** Makes express's `response.json` send what `sendJson` sends. */
export function formatJson(_request: Request, response: Response, next: NextFunction): void {
  response.json = (value: unknown) => response.type('json').send(jsonText(value, response.req.originalUrl))
  next()
}

const maxBuffered = 65_536
const maxIndented = 4_194_304

/** Sends JSON in which any list may be `Pages`: see `jsonPieces` and `streamPieces`. */
export async function streamJson(response: Response, value: unknown): Promise<void> {
  await streamPieces(response, jsonPieces(value))
}

/** Sends JSON in pieces: see `streamText`. With `?pretty` it is indented up to 4 MiB; more is sent as it is. */
export async function streamPieces(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  const lines = isPretty(response.req.originalUrl) ? indented(pieces) : pieces
  await streamText(response.type('json'), withNewline(lines))
}

async function* withNewline(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield* pieces
  yield '\n'
}

async function* indented(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let [text, isTooLong] = ['', false]
  for await (const piece of pieces) {
    if (!isTooLong) text += piece
    if (isTooLong) yield piece
    else if (text.length > maxIndented) {
      isTooLong = true
      yield text
    }
  }
  if (!isTooLong) yield JSON.stringify(JSON.parse(text), null, 2)
}

/**
 * Sends text as fast as the client reads it, and lets uploads run in between: for a client that does not read, 64 KiB
 * and one piece are held. A piece that cannot be read when the head is sent closes the connection, so that the client
 * notices that the text is cut off; up to then it throws what reading the piece threw.
 */
export async function streamText(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length < maxBuffered) continue
    response.flushHeaders()
    if (response.req.method === 'HEAD') return void response.end()
    if (!(await writeAndDrain(response, text))) return
    text = ''
    await setImmediate()
  }
  if (response.headersSent) response.end(text)
  else response.send(text)
}

interface Patience {
  /** How long the client may take nothing. */
  readonly maxStallMs: number
  /** Ends the wait at once. */
  readonly signal: AbortSignal
}

/**
 * Resolves when the client takes more: true. Or when it has left, or patience is at its end: false. Nothing is written
 * to a response that is closed.
 */
export async function writeAndDrain(
  response: Response,
  text: string | Uint8Array,
  patience?: Patience,
): Promise<boolean> {
  if (response.closed || response.destroyed) return false
  if (response.write(text)) return true
  return new Promise((resolve) => {
    const timer = patience && setTimeout(onEnd, patience.maxStallMs)
    response.on('drain', onDrain).on('close', onEnd)
    patience?.signal.addEventListener('abort', onEnd)
    if (patience?.signal.aborted) onEnd()

    function onDrain(): void {
      settle(true)
    }
    function onEnd(): void {
      settle(false)
    }
    function settle(takesMore: boolean): void {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onEnd)
      patience?.signal.removeEventListener('abort', onEnd)
      resolve(takesMore)
    }
  })
}

/**
 * What `JSON.stringify` gives, in pieces; each page is read when the one before it has been taken. A function, which
 * may return a promise, is called when its turn comes, for what is known only when the pages before it have been read.
 */
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
    yield* jsonPieces(typeof value === 'function' ? await value() : value)
  }
  yield '}'
}

const isPages = (value: unknown): value is Pages<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const hasPages = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some(comesLater)

const comesLater = (value: unknown): boolean => typeof value === 'function' || isPages(value)
