import { printable } from '@pushav/shared/lib/printable.ts'
import type { Excess } from '../limits/client-limits.ts'
import type { Limits } from '../limits/clients.ts'
import { type ErrorResponse, headersTooLarge, maxHeaderBytes, methodRefused } from './error-responses.ts'
import { type Exchange, isSafeMethod } from './exchange.ts'
import { valuesOf } from './headers.ts'
import { hostOf, isSameAuthority } from './request-target.ts'

/** What is wrong with the client or its request head; null when the request may be forwarded. */
export function errorResponseFor(exchange: Exchange): ErrorResponse | null {
  const excess = exchange.connection.countRequest()
  if (excess) return rateExceeded(excess)
  const fault = exchange.connection.certificateFault()
  if (fault) return { status: 403, ...fault }
  for (const check of checks) {
    const error = check(exchange)
    if (error) return error
  }
  return null
}

/** RFC 6585, 4: status 429 may tell the client in Retry-After, in seconds, when to send again. */
const rateExceeded = ({ client, unit, max, waitMs }: Excess): ErrorResponse => ({
  status: 429,
  code: 'rate-exceeded',
  detail: `This ${client === 'address' ? 'address' : 'client certificate'} may ${actions[unit]} ${max}${unit === 'connections' ? '' : ' a second'}.`,
  headers: ['Retry-After', String(Math.ceil(waitMs / 1_000))],
})

const actions: Readonly<Record<keyof Limits, string>> = {
  connections: 'hold this many connections open:',
  handshakes: 'begin this many connections:',
  requests: 'send this many requests:',
  bytes: 'send this many bytes:',
}

const checks = [
  checkHeaderSize,
  checkMethod,
  checkTarget,
  checkHost,
  checkAuthority,
  checkFetchSite,
  checkTransferEncoding,
  checkExpect,
]

/** Limits the header bytes of HTTP/2 as Node's parser limits those of HTTP/1; nghttp2 has no such limit. */
function checkHeaderSize({ httpVersion, headers }: Exchange): ErrorResponse | null {
  if (httpVersion !== '2') return null
  let bytes = 0
  // In HTTP/1, a field has four more bytes: its colon, space, CR and LF.
  for (let at = 0; at < headers.length; at += 2)
    bytes += (headers[at] ?? '').length + (headers[at + 1] ?? '').length + 4
  return bytes > maxHeaderBytes ? headersTooLarge : null
}

function checkMethod({ method }: Exchange): ErrorResponse | null {
  return method === 'CONNECT' || method === 'TRACE' ? methodRefused(method) : null
}

/** A target in absolute form must name this server; any other asks for a forward proxy (RFC 9110 7.4). */
function checkAuthority({ origin, hosts, connection }: Exchange): ErrorResponse | null {
  if (origin === null) return null
  const { scheme, authority } = origin
  if (scheme !== 'https')
    return misdirected(`This server serves https, but the request target begins with "${scheme}:".`)
  if (!hostCharacters.test(authority) || authority === '') return hostMalformed
  if (connection.isServerName(hostOf(authority)) || isSameAuthority(authority, hosts[0] ?? '')) return null
  return misdirected(`This server is not ${printable(authority)}, and it forwards no requests to others.`)
}

const misdirected = (detail: string): ErrorResponse => ({ status: 421, code: 'target-misdirected', detail })

/**
 * Refuses requests that change something when a browser sends them for a page of another origin. Cameras and curl send
 * neither of the two headers. The check does not limit what such pages may read.
 */
function checkFetchSite({ method, headers, hosts, origin: target }: Exchange): ErrorResponse | null {
  if (isSafeMethod(method) || method === 'OPTIONS') return null
  const sites = valuesOf(headers, 'sec-fetch-site')
  const origins = valuesOf(headers, 'origin')
  if (sites.length === 0 && origins.length === 0) return null
  const authority = target?.authority ?? hosts[0] ?? ''
  const isOwnSite = sites.every((site) => site === 'same-origin' || site === 'none')
  if (isOwnSite && origins.every((origin) => isOwnOrigin(origin, authority))) return null
  return {
    status: 403,
    code: 'cross-site',
    detail: `A page of another origin may not send ${method}; this one came from ${printable(origins[0] ?? 'another site')}.`,
  }
}

const isOwnOrigin = (origin: string, authority: string): boolean =>
  /^https:\/\//i.test(origin) && isSameAuthority(origin.slice('https://'.length), authority)

/** RFC 9112 6.1: with any other coding, ingest could find another end of the body than the proxy. */
function checkTransferEncoding({ headers }: Exchange): ErrorResponse | null {
  const codings = valuesOf(headers, 'transfer-encoding')
  if (codings.length === 0 || (codings.length === 1 && codings[0]?.toLowerCase() === 'chunked')) return null
  return {
    status: 400,
    code: 'transfer-encoding-unsupported',
    detail: `The only transfer coding that is supported is "chunked", not "${printable(codings.join(', '))}".`,
    isLast: true,
  }
}

/** Refuses a path with characters that cannot be forwarded. `parseRequestTarget` has split targets in absolute form. */
function checkTarget({ target }: Exchange): ErrorResponse | null {
  if (/^\/[\x21-\x7e\x80-\xff]*$/.test(target)) return null
  return {
    status: 400,
    code: 'target-malformed',
    detail: 'The request target must be a path that begins with "/", or an https URL of this server.',
  }
}

function checkHost({ hosts, httpVersion }: Exchange): ErrorResponse | null {
  if (hosts.length === 0 && httpVersion === '1.0') return null
  const [host] = hosts
  if (hosts.length === 1 && host !== undefined && hostCharacters.test(host)) return null
  return hostMalformed
}

const hostCharacters = /^[\w.~!$&'()*+,;=%:[\]-]*$/

const hostMalformed: ErrorResponse = {
  status: 400,
  code: 'host-malformed',
  detail: 'The request must name exactly one host.',
}

/** RFC 9110 10.1.1: a server may respond 417 to an expectation that it does not know. */
function checkExpect({ headers }: Exchange): ErrorResponse | null {
  const unknown = valuesOf(headers, 'expect').find((value) => value.toLowerCase() !== '100-continue')
  if (unknown === undefined) return null
  return {
    status: 417,
    code: 'expectation-unknown',
    detail: 'The only expectation that is supported is "100-continue".',
  }
}
