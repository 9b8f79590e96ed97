const smuggled = 'PUT /smuggled.m4s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx'

/** A request whose end two parsers could find at different places. */
export interface Smuggling {
  readonly what: string
  /** Header lines after the request line and Host. */
  readonly head: readonly string[]
  readonly body: string
  /** The request line, if it is an unusual one. */
  readonly line?: string
}

const target = '/outer.m4s'
const chunks = `0\r\n\r\n${smuggled}`

/** Requests that the server must refuse or cut off, without taking the bytes after them for a request. */
export const smugglings: readonly Smuggling[] = [
  { what: 'CL.TE', head: ['Content-Length: 6', 'Transfer-Encoding: chunked'], body: chunks },
  {
    what: 'TE.CL',
    head: ['Transfer-Encoding: chunked', 'Content-Length: 4'],
    body: `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
  },
  ...[
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\tchunked, identity',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding:\vchunked',
    'Transfer-Encoding: chunked\r\n\tx',
    'Transfer-Encoding: chunked;x',
    'Transfer_Encoding: chunked\r\nTransfer-Encoding: x',
  ].map((field) => ({ what: `TE.TE ${JSON.stringify(field)}`, head: [field], body: chunks })),
  ...[
    'Content-Length: 0\r\nContent-Length: 5',
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 0, 5',
    'Content-Length: +5',
    'Content-Length: 0x5',
    'Content-Length: 5 5',
    'Content-Length : 5',
    'Content-Length: -5',
    'Content-Length: 99999999999999999999',
    'Content-Length:\r\n 5',
    'X-Folded: a\r\n b',
    ' Leading: space',
    'X\0: nul',
    'X: a\0b',
    'X: a\rContent-Length: 5',
    'No colon',
    ': no name',
  ].map((field) => ({ what: JSON.stringify(field), head: [field], body: smuggled })),
  { what: 'a bare LF as the end of a line', head: ['X: a\nContent-Length: 5'], body: smuggled },
  { what: 'a bare CR as the end of a line', head: ['X: a\rTransfer-Encoding: chunked'], body: chunks },
  ...['+0', '0x0', ' 0', '0 0', '-0', 'g', '10000000000000000', ''].map((size) => ({
    what: `a chunk of ${JSON.stringify(size)} bytes`,
    head: ['Transfer-Encoding: chunked'],
    body: `${size}\r\n\r\n${smuggled}`,
  })),
  {
    what: 'a chunk that ends in LF',
    head: ['Transfer-Encoding: chunked'],
    body: `1\r\nx\n0\r\n\r\n${smuggled}`,
  },
  {
    what: 'a chunk longer than its size',
    head: ['Transfer-Encoding: chunked'],
    body: `1\r\nxyz\r\n${chunks}`,
  },
  {
    what: 'an absolute target of another server',
    head: [],
    body: '',
    line: 'PUT https://elsewhere.example/x HTTP/1.1',
  },
  { what: 'a target with a space', head: [], body: smuggled, line: 'PUT /a b HTTP/1.1' },
  { what: 'a target without a slash', head: [], body: smuggled, line: 'PUT streams HTTP/1.1' },
  { what: 'a tab in the request line', head: [], body: smuggled, line: 'PUT\t/x\tHTTP/1.1' },
  { what: 'an unknown version', head: [], body: smuggled, line: 'PUT /x HTTP/1.9' },
  { what: 'the preface of HTTP/2', head: [], body: smuggled, line: 'PRI * HTTP/2.0' },
  { what: 'CONNECT', head: [], body: smuggled, line: 'CONNECT localhost:443 HTTP/1.1' },
  { what: 'TRACE', head: [], body: '', line: 'TRACE / HTTP/1.1' },
  { what: 'a second host', head: ['Host: elsewhere.example'], body: '' },
]

/** The request, followed by another one that no server may find. */
export function textOf({ head, body, line }: Smuggling): string {
  const lines = [line ?? `PUT ${target} HTTP/1.1`, 'Host: localhost', ...head, '', body]
  return lines.join('\r\n')
}
