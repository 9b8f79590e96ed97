import { type AnswerHead, Garbled, isField, parseHead } from './answer-head.ts'

/** What an answer consists of, in the order of its coming. Bytes are lent: they change after the call. */
export interface AnswerReader {
  /** 100 Continue. */
  continued(): void
  answered(head: AnswerHead): void
  /** Some of the body, but not the end of it. */
  came(bytes: Buffer): void
  /** The end of the answer; of a body whose length was known with the last of it. */
  ended(last: Buffer | null): void
}

/** Reads one answer after the other from the bytes of a connection. What it throws is `Garbled`. */
export interface AnswerParser {
  /** The next answer is to a request with that method. */
  expect(method: string): void
  take(bytes: Buffer): void
  /** The connection has ended. False when that does not end the answer, too. */
  close(): boolean
}

const mostHeadBytes = 65_536
const mostLineBytes = 1_024
/** Of informational answers and trailers, which come before the end of an answer but are none. */
const mostAsides = 64

type State = 'idle' | 'head' | 'length' | 'close' | 'size' | 'chunk' | 'chunk-end' | 'trailers'

export function createAnswerParser(reader: AnswerReader): AnswerParser {
  let state: State = 'idle'
  let method = ''
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  let text = ''
  let bytesLeft = 0
  let asides = 0
  const steps: Readonly<Record<State, () => void>> = {
    idle: refuseMore,
    head: readHead,
    length: readLength,
    close: () => reader.came(rest(bytes.length)),
    size: readSize,
    chunk: readChunk,
    'chunk-end': readChunkEnd,
    trailers: readTrailers,
  }
  return { expect, take, close }

  function expect(next: string): void {
    method = next
    asides = 0
    state = 'head'
  }

  function take(more: Buffer): void {
    bytes = more
    at = 0
    while (at < bytes.length) steps[state]()
  }

  function close(): boolean {
    if (state !== 'close') return false
    end(null)
    return true
  }

  function readHead(): void {
    const raw = textUntil('\r\n\r\n', mostHeadBytes)
    if (raw === null) return
    const head = parseHead(raw, method)
    if (head.status < 200) beInformed(head.status)
    else begin(head)
  }

  function begin(head: AnswerHead): void {
    reader.answered(head)
    state = stateAfter(head)
    if (typeof head.bodyEnd === 'number') bytesLeft = head.bodyEnd
    if (head.bodyEnd === 0) end(null)
  }

  function beInformed(status: number): void {
    countAside()
    if (status === 101) throw new Garbled('it changes the protocol')
    if (status === 100) reader.continued()
  }

  function readLength(): void {
    const piece = rest(bytesLeft)
    bytesLeft -= piece.length
    if (bytesLeft === 0) end(piece)
    else reader.came(piece)
  }

  function readSize(): void {
    const line = textUntil('\r\n', mostLineBytes)
    if (line === null) return
    const [, size] = /^([0-9a-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line) ?? []
    if (size === undefined) throw new Garbled('a chunk has no size')
    bytesLeft = Number.parseInt(size, 16)
    state = bytesLeft === 0 ? 'trailers' : 'chunk'
  }

  function readChunk(): void {
    const piece = rest(bytesLeft)
    bytesLeft -= piece.length
    if (bytesLeft === 0) state = 'chunk-end'
    reader.came(piece)
  }

  function readChunkEnd(): void {
    if (textUntil('\r\n', 0) !== null) state = 'size'
  }

  function readTrailers(): void {
    const line = textUntil('\r\n', mostHeadBytes)
    if (line === null) return
    countAside()
    if (line === '') end(null)
    else if (!isField(line)) throw new Garbled('a trailer is no header field')
  }

  /** Whatever comes behind an answer belongs to nothing; the answer itself is whole all the same. */
  function end(last: Buffer | null): void {
    state = 'idle'
    reader.ended(last)
  }

  function refuseMore(): void {
    throw new Garbled('more came than was asked for')
  }

  function countAside(): void {
    asides += 1
    if (asides > mostAsides) throw new Garbled('it does not come to its end')
  }

  function rest(most: number): Buffer {
    const piece = bytes.subarray(at, at + most)
    at += piece.length
    return piece
  }

  /** The text up to a mark, which is passed over; null while it has not come as far. */
  function textUntil(mark: string, most: number): string | null {
    const had = text.length
    const limit = most + mark.length
    text += bytes.toString('latin1', at, Math.min(bytes.length, at + limit - had))
    const found = text.indexOf(mark, Math.max(0, had - mark.length))
    if (found === -1 && text.length >= limit) throw new Garbled('a line does not end where it should')
    at += (found === -1 ? text.length : found + mark.length) - had
    if (found === -1) return null
    const line = text.slice(0, found)
    text = ''
    return line
  }
}

function stateAfter({ bodyEnd }: AnswerHead): State {
  if (bodyEnd === 'close') return 'close'
  return bodyEnd === 'chunked' ? 'size' : 'length'
}
