import { flags, frame, kinds, uploadHead } from '../../clients/h2-frames.ts'
import { type Attack, type Field, get, headerBlock, indexedField, uint32 } from './h2-attack.ts'

/** RFC 9113 6.1. */
const padded = 8
/** RFC 9113 6: types of frames that only attacks send. */
const priority = 2
const pushPromise = 5
const continuation = 9
/** RFC 7838 4. */
const alternativeService = 10
const unknown = 0xb7

/** Frames that flood a connection. The server closes it, or no other connection suffers. */
export interface Flood extends Attack {
  readonly what: string
  /** Whether the server closes the connection. */
  readonly closes: boolean
}

const request = (id: number, path: string) =>
  frame(kinds.headers, flags.endHeaders | flags.endStream, id, headerBlock(get(path)))
const openUpload = (path: string) => frame(kinds.headers, flags.endHeaders, 1, uploadHead(path))
/** RFC 9113 7: all error codes, and an unknown one. */
const errorCodes = Array.from({ length: 15 }, (_, code) => code)
const resetAtOnce = (id: number, code: number) =>
  Buffer.concat([request(id, '/reset'), frame(kinds.reset, 0, id, uint32(code))])
const openHead = frame(kinds.headers, 0, 1, headerBlock(get('/healthz')))
const setting = (id: number, value: number) => Buffer.concat([Buffer.from([0, id]), uint32(value)])
/** A field of 4000 bytes in the dynamic table, with a hundred thousand references to it. */
const bomb = Buffer.concat([
  headerBlock(get('/healthz')),
  indexedField('x-bomb', 'x'.repeat(3_900)),
  Buffer.alloc(12_000, 0x80 | 62),
])

export const floods: readonly Flood[] = [
  { what: 'SETTINGS', again: frame(kinds.settings, 0, 0), times: 100_000, closes: true },
  {
    what: 'SETTINGS of many entries',
    again: frame(
      kinds.settings,
      0,
      0,
      Buffer.concat(Array.from({ length: 2_000 }, () => setting(4, 65_535))),
    ),
    times: 500,
    closes: true,
  },
  { what: 'PING', again: frame(kinds.ping, 0, 0, Buffer.alloc(8)), times: 100_000, closes: true },
  { what: 'PRIORITY', again: frame(priority, 0, 1, Buffer.alloc(5)), times: 100_000, closes: true },
  {
    what: 'frames of an unknown kind',
    again: frame(unknown, 0, 0, Buffer.alloc(64)),
    times: 100_000,
    closes: true,
  },
  {
    what: 'ALTSVC',
    again: frame(alternativeService, 0, 0, Buffer.from([0, 0, 0x68, 0x32])),
    times: 20_000,
    closes: true,
  },
  { what: 'GOAWAY', again: frame(kinds.goaway, 0, 0, Buffer.alloc(8)), times: 20_000, closes: true },
  {
    what: 'PUSH_PROMISE, which servers alone send',
    once: frame(pushPromise, flags.endHeaders, 1, Buffer.concat([uint32(2), headerBlock(get('/pushed'))])),
    closes: true,
  },
  {
    what: 'DATA frames of padding alone',
    once: openUpload('/padding.bin'),
    again: frame(kinds.data, padded, 1, Buffer.from([255, ...Buffer.alloc(255)])),
    times: 50_000,
    closes: false,
  },
  {
    what: 'WINDOW_UPDATE',
    again: frame(kinds.windowUpdate, 0, 0, uint32(1)),
    times: 100_000,
    closes: false,
  },
  {
    what: 'WINDOW_UPDATE beyond 2^31',
    once: frame(kinds.windowUpdate, 0, 0, uint32(2 ** 31 - 1)),
    closes: true,
  },
  {
    what: 'empty DATA frames',
    once: openUpload('/empty.bin'),
    again: frame(kinds.data, 0, 1),
    times: 100_000,
    closes: true,
  },
  {
    what: 'CONTINUATION',
    once: openHead,
    again: frame(continuation, 0, 1, headerBlock([['x-more', 'x'.repeat(100)]])),
    times: 50_000,
    closes: true,
  },
  {
    what: 'empty CONTINUATION',
    once: openHead,
    again: frame(continuation, 0, 1),
    times: 50_000,
    closes: true,
  },
  {
    what: 'an HPACK bomb',
    once: frame(kinds.headers, flags.endHeaders | flags.endStream, 1, bomb),
    closes: false,
  },
  {
    what: 'a dynamic table of 4 GiB',
    once: Buffer.concat([frame(kinds.settings, 0, 0, setting(1, 2 ** 32 - 1)), request(1, '/healthz')]),
    closes: false,
  },
  {
    what: 'RST_STREAM of idle streams',
    again: frame(kinds.reset, 0, 1, uint32(8)),
    times: 10_000,
    closes: true,
  },
  {
    what: 'requests that are reset in the same write, with every error code',
    once: Buffer.concat(errorCodes.map((code) => resetAtOnce(2 * code + 1, code))),
    closes: false,
  },
  { what: 'a frame of 16 MiB', once: frame(kinds.data, 0, 1, Buffer.alloc(2 ** 24 - 1)), closes: true },
]

/** Request heads that, if forwarded, would give ingest a second request or another one than the proxy has checked. */
export const malformedHeads: readonly (readonly [what: string, fields: readonly Field[]])[] = [
  ['a path with CR LF', replaced(':path', '/healthz HTTP/1.1\r\nhost: a\r\n\r\nPUT /smuggled')],
  ['a path with a space', replaced(':path', '/healthz HTTP/1.1')],
  ['a method with CR LF', replaced(':method', 'GET / HTTP/1.1\r\nx: y\r\n\r\nPUT')],
  ['an authority with CR LF', replaced(':authority', 'localhost\r\nx: y')],
  ['a value with LF', [...get('/healthz'), ['x', 'a\nx-client-verify: SUCCESS']]],
  ['a value with NUL', [...get('/healthz'), ['x', 'a\0b']]],
  ['a name with a colon', [...get('/healthz'), ['x: a\r\ny', 'b']]],
  ['a name with a space', [...get('/healthz'), ['content-length ', '5']]],
  ['a name in upper case', [...get('/healthz'), ['X-A', 'b']]],
  ['an empty name', [...get('/healthz'), ['', 'b']]],
  ['two paths', [...get('/healthz'), [':path', '/smuggled']]],
  ['two methods', [[':method', 'PUT'], ...get('/healthz')]],
  ['a pseudo-header behind a header', [...get('/healthz').slice(0, 3), ['x', 'y'], [':path', '/healthz']]],
  ['an unknown pseudo-header', [[':smuggled', 'x'], ...get('/healthz')]],
  ['no path', get('/healthz').slice(0, 3)],
  ['an empty path', replaced(':path', '')],
  ['Transfer-Encoding', [...get('/healthz'), ['transfer-encoding', 'chunked']]],
  ['Connection', [...get('/healthz'), ['connection', 'x-client-verify']]],
  ['two lengths', [...get('/healthz'), ['content-length', '0'], ['content-length', '5']]],
  ['a length that is none', [...get('/healthz'), ['content-length', '+5']]],
  ['a length and no body', [...get('/healthz'), ['content-length', '5']]],
]

function replaced(name: string, value: string): Field[] {
  return get('/healthz').map(([field, known]) => [field, field === name ? value : known])
}
