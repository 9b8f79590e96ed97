import { equal, match } from 'node:assert/strict'
import { isFromOwnPage, sessionCookieIn, setSessionCookie } from './session-cookie.ts'

describe('the cookie of a session', () => {
  it('is found among others', () => {
    equal(sessionCookieIn({ cookie: 'a=b; __Host-push-av=secret; c=d' }), 'secret')
    for (const cookie of [undefined, '', 'a=b', '__Host-push-av=', 'x__Host-push-av=1', '__host-push-av=1'])
      equal(sessionCookieIn(cookie === undefined ? {} : { cookie }), null, cookie)
  })

  it('is kept from scripts, other sites and plain http', () => {
    match(
      setSessionCookie('secret', 60),
      /^__Host-push-av=secret; Path=\/; Max-Age=60; Secure; HttpOnly; SameSite=Strict$/,
    )
  })

  it('changes something only when a page of this server sent it', () => {
    const host = 'server:1235'
    equal(isFromOwnPage({ host, 'sec-fetch-site': 'same-origin', origin: `https://${host}` }), true)
    equal(isFromOwnPage({ host, origin: `https://${host}` }), true)
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `https://${host}` },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://server:1236' },
      { origin: `http://${host}` },
      { origin: 'null' },
    ])
      equal(isFromOwnPage({ host, ...headers }), false, JSON.stringify(headers))
  })
})
