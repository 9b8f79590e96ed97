import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { NextFunction, Request, Response } from 'express'
import { jsonPieces } from './json-pieces.ts'

/** The fast path: express's `response.json` without its work on MIME types, charsets and freshness. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = jsonText(value, response.req.url)
  response.writeHead(status, jsonHeaders(Buffer.byteLength(text)))
  response.end(text)
}

/** The headers of JSON of so many bytes, name and value in turn. */
export const jsonHeaders = (bytes: number): string[] => [
  'Content-Type',
  'application/json; charset=utf-8',
  'Content-Length',
  String(bytes),
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
]

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

const maxBufferedLength = 65_536
const maxIndentedLength = 4_194_304

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
    else if (text.length > maxIndentedLength) {
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
    if (text.length < maxBufferedLength) continue
    response.flushHeaders()
    if (response.req.method === 'HEAD') return void response.end()
    if (!(await writeAndDrain(response, text))) return
    text = ''
    await setImmediate()
  }
  if (response.headersSent) response.end(text)
  else response.send(text)
}

interface DrainLimits {
  /** How long the client may take nothing, in milliseconds. */
  readonly maxStallMs: number
  /** Ends the wait at once. */
  readonly signal: AbortSignal
}

/**
 * Writes text or bytes, and waits while the client does not take them. Resolves with whether it takes more: not when it
 * has left, or a limit has ended the wait. Nothing is written to a response that is closed.
 */
export async function writeAndDrain(
  response: Response,
  text: string | Uint8Array,
  limits?: DrainLimits,
): Promise<boolean> {
  if (response.closed || response.destroyed) return false
  if (response.write(text)) return true
  return new Promise((resolve) => {
    const timer = limits && setTimeout(onEnd, limits.maxStallMs)
    response.on('drain', onDrain).on('close', onEnd)
    limits?.signal.addEventListener('abort', onEnd)
    if (limits?.signal.aborted) onEnd()

    function onDrain(): void {
      settle(true)
    }
    function onEnd(): void {
      settle(false)
    }
    function settle(takesMore: boolean): void {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onEnd)
      limits?.signal.removeEventListener('abort', onEnd)
      resolve(takesMore)
    }
  })
}
