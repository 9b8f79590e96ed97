import { deepEqual, equal, throws } from 'node:assert/strict'
import fc from 'fast-check'
import { MalformedResponse, type ResponseHead } from './response-head.ts'
import { createResponseParser } from './response-parser.ts'

interface Read {
  readonly heads: ResponseHead[]
  continues: number
  body: string
  /** How often a response has ended. */
  ends: number
}

/** Parses the pieces as the response to one request; what the parser throws is thrown. */
function read(pieces: readonly Buffer[], method = 'GET', isClosed = false): Read {
  const seen: Read = { heads: [], continues: 0, body: '', ends: 0 }
  const parser = createResponseParser({
    onContinue() {
      seen.continues += 1
    },
    onHeaders: (head) => void seen.heads.push(head),
    onData(bytes) {
      seen.body += bytes.toString('latin1')
    },
    onComplete(last) {
      seen.body += last?.toString('latin1') ?? ''
      seen.ends += 1
    },
  })
  parser.expect(method)
  for (const piece of pieces) parser.parse(piece)
  if (isClosed) parser.end()
  return seen
}

const readText = (text: string, method?: string, isClosed?: boolean) =>
  read([Buffer.from(text, 'latin1')], method, isClosed)

/** The same bytes in pieces of the given lengths. */
function split(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return [...pieces, bytes.subarray(at)].filter(({ length }) => length > 0)
}

const ok = 'HTTP/1.1 200 OK\r\n'

describe('response parser', () => {
  const whole: [string, string, string][] = [
    ['a length', `${ok}Content-Length: 5\r\n\r\nhello`, 'hello'],
    ['length 0', `${ok}Content-Length: 0\r\n\r\n`, ''],
    ['chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x="y"\r\nllo\r\n0\r\n\r\n`, 'hello'],
    [
      'chunks and trailers',
      `${ok}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n`,
      'hello',
    ],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['204 without a body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['304 with the length of what it does not bring', 'HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n', ''],
  ]
  for (const [what, text, body] of whole)
    it(`reads ${what}`, () => {
      const seen = readText(text)
      deepEqual([seen.body, seen.ends, seen.heads[0]?.closesConnection], [body, 1, false])
    })

  it('reads headers as they were sent, without the blanks around them', () => {
    const [head] = readText(`${ok}ETag:W/"1"\r\nX-Two:\t a  b \r\nx-none:\r\nContent-Length: 0\r\n\r\n`).heads
    deepEqual(head?.headers, ['ETag', 'W/"1"', 'X-Two', 'a  b', 'x-none', '', 'Content-Length', '0'])
  })

  it('reads no body of a response to HEAD', () => {
    for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked', 'X: y'])
      equal(readText(`${ok}${framing}\r\n\r\n`, 'HEAD').ends, 1)
  })

  it('reads a body without framing up to the end of the connection', () => {
    const open = readText(`${ok}\r\nhello`)
    deepEqual([open.body, open.ends], ['hello', 0])
    const closed = readText(`${ok}\r\nhello`, 'GET', true)
    deepEqual([closed.body, closed.ends, closed.heads[0]?.closesConnection], ['hello', 1, true])
  })

  for (const framing of ['Content-Length: 6', 'Transfer-Encoding: chunked'])
    it(`does not take the end of the connection for the end of a body with ${framing}`, () => {
      equal(readText(`${ok}${framing}\r\n\r\n5\r\nh`, 'GET', true).ends, 0)
    })

  it('reports 100 Continue and skips other informational responses', () => {
    const seen = readText(
      `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
    )
    deepEqual([seen.continues, seen.heads.length, seen.body, seen.ends], [1, 1, 'x', 1])
  })

  for (const lines of ['Connection: close', 'Connection: x, Close'])
    it(`takes ${lines} for the end of the connection`, () => {
      equal(readText(`${ok}${lines}\r\nContent-Length: 0\r\n\r\n`).heads[0]?.closesConnection, true)
    })

  it('reads no further request over HTTP/1.0', () => {
    equal(readText('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n').heads[0]?.closesConnection, true)
  })

  const malformed: [string, string][] = [
    ['two lengths', `${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ['a list of lengths', `${ok}Content-Length: 5, 5\r\n\r\nhello`],
    ['a signed length', `${ok}Content-Length: +5\r\n\r\nhello`],
    ['an empty length', `${ok}Content-Length:\r\n\r\n`],
    ['a length beyond counting', `${ok}Content-Length: 9999999999999999\r\n\r\n`],
    ['length and chunks', `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two codings', `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['an unknown coding', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['chunks over HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['204 with a body', 'HTTP/1.1 204 x\r\nContent-Length: 1\r\n\r\nx'],
    ['100 with a body', 'HTTP/1.1 100 x\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['informational responses without end', 'HTTP/1.1 102 x\r\n\r\n'.repeat(100)],
    ['trailers without end', `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${'A: b\r\n'.repeat(100)}`],
    ['a trailer that is none', `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\nnone\r\n\r\n`],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['status 600', 'HTTP/1.1 600 OK\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a bare carriage return', `${ok}A: b\rc\r\n\r\n`],
    ['a folded line', `${ok}A: b\r\n c\r\n\r\n`],
    ['a space before the colon', `${ok}Content-Length : 5\r\n\r\nhello`],
    ['a NUL', `${ok}A: \0\r\n\r\n`],
    ['a header without a name', `${ok}: b\r\n\r\n`],
    ['an empty line before it', `\r\n\r\n${ok}`],
    ['a chunk without a size', `${ok}Transfer-Encoding: chunked\r\n\r\n;x\r\n`],
    ['a size in two ways', `${ok}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`],
    [
      'a chunk that is longer than its size',
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`,
    ],
    ['a size line without end', `${ok}Transfer-Encoding: chunked\r\n\r\n${'0'.repeat(2_000)}`],
    ['a head without end', `${ok}${'A: b\r\n'.repeat(20_000)}`],
    ['a second response', `${ok}Content-Length: 0\r\n\r\n${ok}`],
  ]
  for (const [what, text] of malformed)
    it(`refuses ${what}, in one piece and byte by byte`, () => {
      const bytes = Buffer.from(text, 'latin1')
      throws(() => readText(text), MalformedResponse)
      throws(() => read(split(bytes, Array(bytes.length).fill(1))), MalformedResponse)
    })

  it('reads the same from any split of the same bytes', () => {
    const responses = whole.map(([, text]) => `HTTP/1.1 100 Continue\r\n\r\n${text}`)
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 })
    fc.assert(
      fc.property(fc.constantFrom(...responses, `${ok}\r\nhello`), cuts, (text, lengths) => {
        deepEqual(read(split(Buffer.from(text), lengths), 'GET', true), readText(text, 'GET', true))
      }),
      { numRuns: 500 },
    )
  })

  it('reads a response or refuses the bytes, however they are split', () => {
    const words = fc.constantFrom(
      ok,
      'HTTP/1.1 ',
      '\r\n',
      '\r\n\r\n',
      'Content-Length: 3',
      ': ',
      '5',
      'chunked',
      'abc',
    )
    const texts = fc
      .array(fc.oneof(words, fc.string()), { maxLength: 20 })
      .map((parts) => Buffer.from(parts.join('')))
    const anything = fc.oneof(
      texts,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    )
    const outcomeOf = (pieces: readonly Buffer[]) => {
      try {
        return read(pieces)
      } catch (error) {
        equal(error instanceof MalformedResponse, true, String(error))
        return 'malformed'
      }
    }
    fc.assert(
      fc.property(fc.tuple(anything, fc.array(fc.integer({ min: 1, max: 9 }))), ([bytes, lengths]) => {
        deepEqual(outcomeOf(split(bytes, lengths)), outcomeOf([bytes]))
      }),
      { numRuns: 2_000 },
    )
  })
})
