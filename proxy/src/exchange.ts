import type { Readable, Writable } from 'node:stream'
import type { Connection } from './connection.ts'

/** One request and its answer, the same for HTTP/1 and HTTP/2. */
export interface Exchange {
  readonly connection: Connection
  readonly method: string
  /** Byte for byte as sent. */
  readonly target: string
  readonly httpVersion: string
  /** Every authority that the request names: one, if it is in order. */
  readonly hosts: readonly string[]
  /** Name and value in turn, as sent, without HTTP/2's pseudo-headers. */
  readonly headers: readonly string[]
  /** Content-Length as sent. */
  readonly length: string | null
  readonly hasBody: boolean
  readonly body: Readable
  readonly answer: Writable
  /** Some of the body is used up, and nobody looks at it again. */
  release(bytes: Buffer): void
  /** True once the body's last byte is here, read or not; a cut-off body never gets there. */
  isBodyComplete(): boolean
  /** True when nobody waits for the answer any more. */
  isGone(): boolean
  onGone(listener: () => void): void
  sendContinue(): void
  /** Begins the answer. `final` says that the connection (HTTP/1) takes no further request. */
  respond(status: number, headers: string[], final: boolean): void
  /** Says with the answer, if that is still possible, that the connection takes no further request. */
  makeLast(): void
  /** Ends an answer that came before the end of the body, such that it is not lost on the way. */
  endEarly(): void
  /** Breaks the answer off so that the client cannot take it for whole. */
  cut(): void
}

/** A body that nobody wants any more is still read for a while, or its TCP reset would overtake the answer. */
export const lingerLimits = { bytes: 256 * 2 ** 20, ms: 10_000 }

/** Reads and discards until the body ends, the client leaves or the limit is reached. */
export function linger(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    let bytesLeft = lingerLimits.bytes
    const timer = setTimeout(resolve, lingerLimits.ms)
    body.on('data', (bytes: Buffer) => {
      bytesLeft -= bytes.length
      if (bytesLeft < 0) finish()
    })
    body.once('end', finish).once('close', finish).resume()
    if (body.destroyed || body.readableEnded) finish()

    function finish(): void {
      clearTimeout(timer)
      resolve()
    }
  })
}
