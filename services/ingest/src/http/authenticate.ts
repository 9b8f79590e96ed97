import type { IncomingMessage } from 'node:http'
import { createDeviceReader, type Peer, readPeer } from '@pushav/shared/identity.ts'
import type { RequestHandler } from 'express'
import { Refusal } from '../lib/refusal.ts'

/** The peer that the proxy says sent this request. Throws the refusal `proxy-authentication-failed`. */
export type Authenticate = (request: IncomingMessage) => Peer

/** Accepts requests that carry the proxy's secret; one without it is refused, never taken for an anonymous client's. */
export function createProxyAuth(secret: string): Authenticate {
  const readDevice = createDeviceReader()
  return function authenticate(request) {
    const peer = readPeer(request.headers, secret, readDevice)
    if (!peer)
      throw new Refusal('proxy-authentication-failed', 'this service responds only through its TLS proxy')
    return peer
  }
}

// By request, because express hands routes the same object; an entry goes with its request.
const peers = new WeakMap<IncomingMessage, Peer>()

/** Authenticates requests to all routes mounted after it. */
export const requirePeer =
  (authenticate: Authenticate): RequestHandler =>
  (request, _response, next) => {
    peers.set(request, authenticate(request))
    next()
  }

/** The client that sent a request which has passed `requirePeer`. */
export function peerOf(request: IncomingMessage): Peer {
  const peer = peers.get(request)
  if (!peer) throw new Error('this route is not behind requirePeer')
  return peer
}

/**
 * Refuses what a client sent through the proxy, which passes on no header of this name. Where clients have rights, it is
 * the right that is missing: `access-denied`.
 */
export function assertFromProxy(
  { headers }: IncomingMessage,
  code: 'request-malformed' | 'access-denied' = 'request-malformed',
): void {
  if (headers['x-proxy-event'] === undefined)
    throw new Refusal(code, 'only the TLS proxy itself reports this')
}
