import { isField, MalformedResponse, parseHead, type ResponseHead } from './response-head.ts'

/** Receives the parts of a response in order. The parser reuses the memory of `bytes` after each call. */
export interface ResponseHandler {
  /** 100 Continue. */
  onContinue(): void
  onHeaders(head: ResponseHead): void
  /** Bytes of the body that are not its last ones. */
  onData(bytes: Buffer): void
  /** The end of the response. With Content-Length, `last` are the last bytes of the body; else it is null. */
  onComplete(last: Buffer | null): void
}

/** Parses the responses of one connection, one after the other. */
interface ResponseParser {
  /** The next response belongs to a request with that method. */
  expect(method: string): void
  /** Throws `MalformedResponse`; the connection cannot be used after that. */
  parse(bytes: Buffer): void
  /** The connection has ended. Returns whether that completes the response. */
  end(): boolean
}

const maxHeadBytes = 65_536
const maxLineBytes = 1_024
/** Upper bound for the 1xx responses and trailers of one response. */
const maxExtras = 64

type State = 'idle' | 'head' | 'length' | 'close' | 'size' | 'chunk' | 'chunk-end' | 'trailers'

export function createResponseParser(handler: ResponseHandler): ResponseParser {
  let state: State = 'idle'
  let method = ''
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  let text = ''
  let bytesLeft = 0
  let extras = 0
  const steps: Readonly<Record<State, () => void>> = {
    idle: refuseMore,
    head: readHead,
    length: readLength,
    close: () => handler.onData(take(bytes.length)),
    size: readSize,
    chunk: readChunk,
    'chunk-end': readChunkEnd,
    trailers: readTrailers,
  }
  return { expect, parse, end }

  function expect(next: string): void {
    method = next
    extras = 0
    state = 'head'
  }

  function parse(more: Buffer): void {
    bytes = more
    at = 0
    while (at < bytes.length) steps[state]()
  }

  function end(): boolean {
    if (state !== 'close') return false
    complete(null)
    return true
  }

  function readHead(): void {
    const raw = textUntil('\r\n\r\n', maxHeadBytes)
    if (raw === null) return
    const head = parseHead(raw, method)
    if (head.status < 200) handleInformational(head.status)
    else beginBody(head)
  }

  function beginBody(head: ResponseHead): void {
    handler.onHeaders(head)
    state = stateAfter(head)
    if (typeof head.bodyEnd === 'number') bytesLeft = head.bodyEnd
    if (head.bodyEnd === 0) complete(null)
  }

  function handleInformational(status: number): void {
    countExtra()
    if (status === 101) throw new MalformedResponse('it switches protocols')
    if (status === 100) handler.onContinue()
  }

  function readLength(): void {
    const taken = take(bytesLeft)
    bytesLeft -= taken.length
    if (bytesLeft === 0) complete(taken)
    else handler.onData(taken)
  }

  function readSize(): void {
    const line = textUntil('\r\n', maxLineBytes)
    if (line === null) return
    const [, size] = /^([0-9a-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line) ?? []
    if (size === undefined) throw new MalformedResponse('a chunk has no valid size')
    bytesLeft = Number.parseInt(size, 16)
    state = bytesLeft === 0 ? 'trailers' : 'chunk'
  }

  function readChunk(): void {
    const taken = take(bytesLeft)
    bytesLeft -= taken.length
    if (bytesLeft === 0) state = 'chunk-end'
    handler.onData(taken)
  }

  function readChunkEnd(): void {
    if (textUntil('\r\n', 0) !== null) state = 'size'
  }

  function readTrailers(): void {
    const line = textUntil('\r\n', maxHeadBytes)
    if (line === null) return
    countExtra()
    if (line === '') complete(null)
    else if (!isField(line)) throw new MalformedResponse('a trailer is not a header field')
  }

  /** Completes the response, which is valid even if bytes follow that belong to no request. */
  function complete(last: Buffer | null): void {
    state = 'idle'
    handler.onComplete(last)
  }

  function refuseMore(): void {
    throw new MalformedResponse('bytes came that belong to no request')
  }

  function countExtra(): void {
    extras += 1
    if (extras > maxExtras) throw new MalformedResponse('it has too many informational responses or trailers')
  }

  function take(maxBytes: number): Buffer {
    const taken = bytes.subarray(at, at + maxBytes)
    at += taken.length
    return taken
  }

  /** The text before a delimiter, which is skipped; null until the delimiter has arrived. */
  function textUntil(delimiter: string, maxBytes: number): string | null {
    const had = text.length
    const limit = maxBytes + delimiter.length
    text += bytes.toString('latin1', at, Math.min(bytes.length, at + limit - had))
    const found = text.indexOf(delimiter, Math.max(0, had - delimiter.length))
    if (found === -1 && text.length >= limit) throw new MalformedResponse('a line is too long')
    at += (found === -1 ? text.length : found + delimiter.length) - had
    if (found === -1) return null
    const line = text.slice(0, found)
    text = ''
    return line
  }
}

function stateAfter({ bodyEnd }: ResponseHead): State {
  if (bodyEnd === 'close') return 'close'
  return bodyEnd === 'chunked' ? 'size' : 'length'
}
