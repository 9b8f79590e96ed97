import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'

/** Asks for the body of a request that waits with `Expect: 100-continue`; to be called when it is wanted. */
export function continueBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
}

/** The same on the way to a route. */
export const sendContinue: RequestHandler = (request, response, next) => {
  continueBody(request, response)
  next()
}

const maxAtOnce = 65_536
const nothing: Buffer = Buffer.alloc(0)

/** All of a body that is small, known by its length and here together with its head, as most are; null of any other. */
export function readIfBuffered(request: IncomingMessage, declaredBytes: number | null): Buffer | null {
  if (declaredBytes === null || declaredBytes > maxAtOnce) return null
  if (declaredBytes === 0) return nothing
  return request.readableLength === declaredBytes ? request.read() : null
}

/**
 * The bytes of a body, up to its end or up to where the connection was lost; then it throws. They are lent until the
 * next are asked for. Unlike Node's own iterator, which costs several times as much, it forgets nothing that had
 * come before that.
 */
export async function* bytesOf(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  let wake = (): void => undefined
  for (const event of ['readable', 'end', 'close', 'error']) request.on(event, () => wake())
  while (true) {
    const bytes: Buffer | null = request.read()
    if (bytes) {
      yield bytes
      release(bytes)
    } else if (request.complete) return
    else if (request.destroyed) throw new Error('the connection was lost before the end of the body')
    else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}

/** Gives back memory at once that would else be held until somebody sweeps it up; a body may be any number of them. */
function release({ buffer, length }: Buffer): void {
  if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
