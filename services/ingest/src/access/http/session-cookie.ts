import type { IncomingHttpHeaders } from 'node:http'

/** `__Host-` makes browsers take it over https only, for this host and all its paths. */
const name = '__Host-push-av'

/** The value of the session cookie; null where there is none. */
export function sessionCookieIn({ cookie }: IncomingHttpHeaders): string | null {
  if (cookie === undefined) return null
  for (const pair of cookie.split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value) return value
  }
  return null
}

/** `Set-Cookie` that begins a session, or, with an empty value and no seconds, ends it. */
export const setSessionCookie = (value: string, seconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`

/**
 * Whether a page of this server sent the request. Browsers say so in every request that may change something; where
 * neither header says it, a cookie is not enough.
 */
export function isFromOwnPage({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site === 'same-origin'
  return origin !== undefined && host !== undefined && origin === `https://${host}`
}
