import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'

/** Asks a client that sent `Expect: 100-continue` for the body; to be called once nothing can refuse the request. */
export function continueBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
}

/** `continueBody` as a middleware. */
export const sendContinue: RequestHandler = (request, response, next) => {
  continueBody(request, response)
  next()
}

const maxBufferedBytes = 65_536
const empty: Buffer = Buffer.alloc(0)

/** All of a body that is small, of declared length and came with its head, as most do; null for any other. */
export function readIfBuffered(request: IncomingMessage, declaredBytes: number | null): Buffer | null {
  if (declaredBytes === null || declaredBytes > maxBufferedBytes) return null
  if (declaredBytes === 0) return empty
  return request.readableLength === declaredBytes ? request.read() : null
}

/**
 * The bytes of a body up to its end; throws where the connection is lost, after all bytes that came before. Node's own
 * iterator costs several times as much, and drops what it has buffered when the connection is lost.
 */
export async function* bytesOf(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  let wake = (): void => undefined
  for (const event of ['readable', 'end', 'close', 'error']) request.on(event, () => wake())
  while (true) {
    const bytes: Buffer | null = request.read()
    if (bytes) yield bytes
    else if (request.complete) return
    else if (request.destroyed) throw new Error('the connection was lost before the end of the body')
    else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
