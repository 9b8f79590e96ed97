import type { RequestOrigin } from './exchange.ts'

interface RequestTarget {
  readonly origin: RequestOrigin | null
  /** Path and query. */
  readonly target: string
}

/** Takes a target in absolute form apart (RFC 9112 3.2.2); any other stays as it is. */
export function parseRequestTarget(sent: string): RequestTarget {
  const [, scheme, authority, path] = sent.startsWith('/') ? [] : (absoluteForm.exec(sent) ?? [])
  if (scheme === undefined || authority === undefined) return { origin: null, target: sent }
  const target = path?.startsWith('/') ? path : `/${path ?? ''}`
  return { origin: { scheme: scheme.toLowerCase(), authority }, target }
}

const absoluteForm = /^(https?):\/\/([^/?#]*)(.*)$/is

/** The host of an authority, in lower case, without its port and the brackets of an IPv6 address. */
export const hostOf = (authority: string): string =>
  authority
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()

/** Whether two authorities of https are the same; letter case does not count, nor does a port 443. */
export const isSameAuthority = (one: string, other: string): boolean => withPort(one) === withPort(other)

const withPort = (authority: string): string => authority.replace(/:443$|:$/, '').toLowerCase()
