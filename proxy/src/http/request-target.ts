import type { RequestOrigin } from './exchange.ts'

interface RequestTarget {
  readonly origin: RequestOrigin | null
  /** Path and query. */
  readonly target: string
}

/** Splits a target in absolute form (RFC 9112 3.2.2) into its origin and path; leaves any other target as it is. */
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

/** Whether two authorities of https URLs are the same. Letter case and an explicit port 443 make no difference. */
export const isSameAuthority = (one: string, other: string): boolean => withPort(one) === withPort(other)

const withPort = (authority: string): string => authority.replace(/:443$|:$/, '').toLowerCase()
