import { isIdentityHeader } from '@pushav/shared/identity.ts'
import type { Exchange } from './exchange.ts'

/** Headers are flat lists, name and value in turn, as Node's parsers give and its writers take them. */
type Headers = readonly string[]

/** RFC 9110 7.6.1, and what older software adds. Framing is ours on both sides. */
const hopByHop = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** All values of one header, given in lower case. */
export function valuesOf(headers: Headers, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2)
    if (headers[at]?.length === name.length && headers[at]?.toLowerCase() === name)
      values.push(headers[at + 1] ?? '')
  return values
}

/** What ingest gets to see: the client's own headers, then what only we can know. */
export function upstreamHeaders(exchange: Exchange, host: string, requestId: string): string[] {
  const { headers, connection } = exchange
  const dropped = droppedFrom(headers)
  const kept = ['host', host]
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? ''
    if (dropped.has(name) || ours.has(name) || isIdentityHeader(name)) continue
    kept.push(headers[at] ?? '', headers[at + 1] ?? '')
  }
  const cookies = valuesOf(headers, 'cookie')
  if (cookies.length > 0) kept.push('cookie', cookies.join('; '))
  kept.push(...connection.identity(), 'x-request-id', requestId)
  kept.push('x-forwarded-host', host, 'x-http-version', exchange.httpVersion)
  kept.push(...framingOf(exchange))
  return kept
}

/** HTTP/2 may split cookies over several fields; RFC 9113 8.2.3 wants them joined for HTTP/1. */
const ours = new Set(['host', 'content-length', 'cookie'])

/**
 * Node's client frames no body of a GET or DELETE by itself: its bytes would be read as the next request.
 * So whatever may bring a body says how it ends.
 */
function framingOf({ length, hasBody, method }: Exchange): Headers {
  if (length !== null) return ['content-length', length]
  if (hasBody) return ['transfer-encoding', 'chunked']
  return bodyless.has(method) ? [] : ['content-length', '0']
}
const bodyless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/** What the client gets to see of ingest's headers. */
export function answerHeaders(headers: Headers): string[] {
  const dropped = droppedFrom(headers)
  return headers.filter((_, at) => !dropped.has(headers[at - (at % 2)]?.toLowerCase() ?? ''))
}

function droppedFrom(headers: Headers): ReadonlySet<string> {
  const named = valuesOf(headers, 'connection').flatMap((value) => value.toLowerCase().split(','))
  const extra = named.map((name) => name.trim()).filter((name) => !hopByHop.has(name) && name !== 'close')
  return extra.length === 0 ? hopByHop : new Set([...hopByHop, ...extra])
}
