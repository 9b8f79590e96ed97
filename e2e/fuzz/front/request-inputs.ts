import type { Random } from '../../../services/ingest/src/media/mpd/testing/mutated.ts'
import { mutatedBytes } from '../mutated-bytes.ts'

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']
/** Methods with which the proxy closes the connection, unread requests included, so inputs seldom have them. */
const wrongMethods = ['put', 'PRI', '']
const allMethods = [...methods, ...wrongMethods]
const paths = [
  '/streams/1/session_1/video/segment_1001.m4s',
  '/streams/1/a/../../2/x.m4s',
  '/streams/1/%2e%2e%2fx',
  '/streams/1/x?a=b&c=%00',
  '//elsewhere/x',
  'https://localhost/x',
  'https://elsewhere.example/x',
  'http://localhost/x',
  '*',
  '/',
  `/streams/1/${'deep/'.repeat(100)}x.m4s`,
  '/\xe4\xf6',
]
const fields = [
  'Connection: close',
  'Connection: keep-alive, X-Client-Verify',
  'X-Client-Verify: SUCCESS',
  'x_client_cert_subject: CN=boss',
  'Client-Cert: :AAAA:',
  'X-Proxy-Secret: x',
  'X-Forwarded-For: 192.0.2.1',
  'Expect: 100-continue',
  'Expect: something',
  'Cookie: a=b',
  'Cookie: c=d',
  'Upgrade: h2c',
  'TE: trailers',
  'Content-Type: video/mp4',
  'Origin: https://elsewhere.example',
  'Sec-Fetch-Site: cross-site',
  'Host: elsewhere.example',
  `X-Long: ${'x'.repeat(2_000)}`,
]
const framings: readonly (readonly [field: string, body: string])[] = [
  ['', ''],
  ['Content-Length: 5\r\n', 'hello'],
  ['Content-Length: 0\r\n', ''],
  ['Content-Length: 9\r\n', 'hello'],
  ['Content-Length: 3\r\n', 'hello'],
  ['Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
  ['Transfer-Encoding: chunked\r\n', '5;ext="a"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n'],
  ['Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n'],
  ['Transfer-Encoding: gzip, chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
  ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'],
]

const oneOf = <Thing>(things: readonly Thing[], random: Random): Thing =>
  things[random(things.length)] as Thing

/** A request with changes anywhere in its head; its body is unchanged. */
export function mutatedHead(random: Random): Buffer {
  const [framing, body] = oneOf(framings, random)
  return Buffer.concat([
    mutatedBytes(Buffer.from(headOf(random, framing), 'latin1'), random, 2),
    Buffer.from(body),
  ])
}

/** One to three pipelined requests with valid or invalid framing. Half of the inputs have changes anywhere. */
export function mutatedRequests(random: Random): Buffer {
  const requests = Array.from({ length: 1 + random(3) }, () => {
    const [framing, body] = oneOf(framings, random)
    return Buffer.from(headOf(random, framing) + body, 'latin1')
  })
  const all = Buffer.concat(requests)
  return random(2) ? all : mutatedBytes(all, random, 2)
}

function headOf(random: Random, framing: string): string {
  const chosen = Array.from({ length: random(5) }, () => `${oneOf(fields, random)}\r\n`).join('')
  const version = random(12) ? '1.1' : oneOf(['1.0', '2.0', '0.9'], random)
  return `${methodOf(random)} ${oneOf(paths, random)} HTTP/${version}\r\nHost: localhost\r\n${chosen}${framing}\r\n`
}

const methodOf = (random: Random): string => oneOf(random(30) ? methods : wrongMethods, random)

/** The valid and invalid header fields of an HTTP/2 request, in the order of sending. */
export function mutatedFields(random: Random): (readonly [string, string])[] {
  const all: (readonly [string, string])[] = [
    [':method', oneOf(allMethods, random)],
    [':scheme', 'https'],
    [':authority', oneOf(['localhost', 'localhost:1234', 'elsewhere', 'a\r\nb', ''], random)],
    [':path', oneOf(paths, random)],
    ...Array.from({ length: random(5) }, () => fieldOf(oneOf(fields, random), random)),
  ]
  if (random(20) === 0) all.splice(random(all.length), 1)
  if (random(20) === 0) all.splice(random(all.length), 0, all[random(all.length)] ?? [':path', '/'])
  if (random(8) > 0) return all
  const at = random(all.length)
  const [name, value] = all[at] ?? ['', '']
  const changed = (text: string) => mutatedBytes(Buffer.from(text, 'latin1'), random).toString('latin1')
  return all.with(at, random(2) ? [changed(name), value] : [name, changed(value)])
}

function fieldOf(line: string, random: Random): readonly [string, string] {
  const [name = '', value = ''] = line.split(': ')
  return [random(30) ? name.toLowerCase() : name, value]
}
