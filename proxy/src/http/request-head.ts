import { isIdentityHeader } from '@pushav/shared/identity.ts'
import { memoize } from '@pushav/shared/lib/memoize.ts'
import type { Exchange } from './exchange.ts'
import { hopByHopIn, lowerCaseOf, valuesOf } from './headers.ts'

/**
 * The head of the request to ingest: the client's own headers, then the client's identity and the framing,
 * which only the proxy may set. Null when a header or the method could be read in two ways.
 */
export function requestHead(exchange: Exchange, requestId: string): string | null {
  const { method, target, headers, connection, httpVersion } = exchange
  const host = exchange.origin?.authority ?? exchange.hosts[0] ?? 'localhost'
  const fields = fieldsOf(headers)
  if (fields === null || !token.test(method)) return null
  return (
    `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${fields}${connection.identityHeaders()}` +
    `x-request-id: ${requestId}\r\nx-forwarded-host: ${host}\r\nx-http-version: ${httpVersion}\r\n` +
    `${framingOf(exchange)}\r\n`
  )
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const unwritable = /[^\t\x20-\x7e\x80-\xff]/

function fieldsOf(headers: readonly string[]): string | null {
  const hopByHop = hopByHopIn(headers)
  let fields = ''
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    const { lowerCase, isProxyOwned, isMalformed } = headerName(name)
    if (isMalformed || unwritable.test(value)) return null
    if (!isProxyOwned && !hopByHop.has(lowerCase)) fields += `${name}: ${value}\r\n`
  }
  const cookies = valuesOf(headers, 'cookie')
  return cookies.length === 0 ? fields : `${fields}cookie: ${cookies.join('; ')}\r\n`
}

interface HeaderName {
  readonly lowerCase: string
  /** Not forwarded, because the proxy writes this header itself. */
  readonly isProxyOwned: boolean
  readonly isMalformed: boolean
}

/**
 * Headers that the proxy writes itself. `cookie` is one of them because HTTP/2 may split it into several fields, which
 * have to be joined for HTTP/1 (RFC 9113 8.2.3).
 */
const proxyOwned = new Set(['host', 'content-length', 'cookie'])

const headerName = memoize((name): HeaderName => {
  const lowerCase = lowerCaseOf(name)
  const isProxyOwned = proxyOwned.has(lowerCase) || isIdentityHeader(lowerCase)
  return { lowerCase, isProxyOwned, isMalformed: !token.test(name) }
})

/** States where the body of a request ends; without that, ingest would parse the body as the next request. */
function framingOf({ length, hasBody, method }: Exchange): string {
  if (length !== null) return `content-length: ${length}\r\n`
  if (hasBody) return 'transfer-encoding: chunked\r\n'
  return bodyless.has(method) ? '' : 'content-length: 0\r\n'
}
const bodyless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])
