import { isIdentityHeader } from '@pushav/shared/identity.ts'
import type { Exchange } from './exchange.ts'
import { hopsIn, lowerOf, valuesOf } from './headers.ts'
import { remembering } from './remembering.ts'

/**
 * What ingest gets to see before the body: the client's own headers, then what only we can know. Null when it
 * could be read in two ways.
 */
export function requestHead(exchange: Exchange, requestId: string): string | null {
  const { method, target, headers, connection, httpVersion } = exchange
  const host = exchange.hosts[0] ?? 'localhost'
  const fields = fieldsOf(headers)
  if (fields === null || !token.test(method)) return null
  return (
    `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${fields}${connection.identity()}` +
    `x-request-id: ${requestId}\r\nx-forwarded-host: ${host}\r\nx-http-version: ${httpVersion}\r\n` +
    `${framingOf(exchange)}\r\n`
  )
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const unwritable = /[^\t\x20-\x7e\x80-\xff]/

function fieldsOf(headers: readonly string[]): string | null {
  const hops = hopsIn(headers)
  let fields = ''
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    const { lower, isOurs, isMalformed } = nameOf(name)
    if (isMalformed || unwritable.test(value)) return null
    if (!isOurs && !hops.has(lower)) fields += `${name}: ${value}\r\n`
  }
  const cookies = valuesOf(headers, 'cookie')
  return cookies.length === 0 ? fields : `${fields}cookie: ${cookies.join('; ')}\r\n`
}

interface Name {
  readonly lower: string
  /** Not to be passed on, because we say it ourselves. */
  readonly isOurs: boolean
  readonly isMalformed: boolean
}

/** HTTP/2 may split cookies over several fields; RFC 9113 8.2.3 wants them joined for HTTP/1. */
const ours = new Set(['host', 'content-length', 'cookie'])

const nameOf = remembering((name): Name => {
  const lower = lowerOf(name)
  return { lower, isOurs: ours.has(lower) || isIdentityHeader(lower), isMalformed: !token.test(name) }
})

/** Whatever may bring a body says how it ends, or its bytes would be read as the next request. */
function framingOf({ length, hasBody, method }: Exchange): string {
  if (length !== null) return `content-length: ${length}\r\n`
  if (hasBody) return 'transfer-encoding: chunked\r\n'
  return bodyless.has(method) ? '' : 'content-length: 0\r\n'
}
const bodyless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])
