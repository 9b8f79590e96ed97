import type { Request, RequestHandler, Response } from 'express'

/** What pages may read: streams with their media, lists and reports, uploads and probes; no certificates. */
const readable = /^\/(streams|probe|uploads)(\/|$)/i

/** Headers of requests and responses that players use and the Fetch standard does not allow by itself. */
const requestHeaders = 'Range, If-None-Match, If-Modified-Since, If-Range, Cache-Control'
const responseHeaders = 'Accept-Ranges, Content-Length, Content-Range, Date, ETag, Retry-After'
const preflightMaxAgeSeconds = 7_200

/**
 * Lets pages of these origins, or of any where `*` is among them, read what cameras pushed (Fetch standard, 3.3, CORS).
 * Without any, browsers keep it from them. No page may send anything with this: the proxy refuses that.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const isAnyAllowed = origins.includes('*')
  return function allowOrigin(request, response, next) {
    if (origins.length === 0 || !readable.test(request.path)) return next()
    if (!isAnyAllowed) response.vary('Origin')
    const { origin } = request.headers
    if (origin === undefined || !(isAnyAllowed || origins.includes(origin))) return next()
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead && !isPreflight(request)) return next()
    response.set('Access-Control-Allow-Origin', isAnyAllowed ? '*' : origin)
    if (!isRead) return respondToPreflight(response)
    response.set('Access-Control-Expose-Headers', responseHeaders)
    next()
  }
}

const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' && /^(GET|HEAD)$/.test(headers['access-control-request-method'] ?? '')

function respondToPreflight(response: Response): void {
  response.set({
    'Access-Control-Allow-Methods': 'GET, HEAD',
    'Access-Control-Allow-Headers': requestHeaders,
    'Access-Control-Max-Age': String(preflightMaxAgeSeconds),
  })
  response.status(204).end()
}
