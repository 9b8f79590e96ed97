import type { IncomingMessage } from 'node:http'
import { createDeviceReader, type Peer, readPeer } from '@pushav/shared/identity.ts'
import type { RequestHandler } from 'express'
import { Refusal } from '../lib/refusal.ts'

/** Lets a request in, or throws the refusal `proxy-authentication-failed`. */
export type Authenticate = (request: IncomingMessage) => Peer

/** Opens only to what came through the proxy: whoever does not know its secret is refused, never taken for anonymous. */
export function createProxyAuth(secret: string): Authenticate {
  const readDevice = createDeviceReader()
  return function letIn(request) {
    const peer = readPeer(request.headers, secret, readDevice)
    if (!peer) throw new Refusal('proxy-authentication-failed', 'this service answers only through its TLS proxy')
    return peer
  }
}

const peers = new WeakMap<IncomingMessage, Peer>()

/** The door in front of all routes behind it. */
export const requirePeer =
  (letIn: Authenticate): RequestHandler =>
  (request, _response, next) => {
    peers.set(request, letIn(request))
    next()
  }

/** Who sent a request that `requirePeer` let in. */
export function peerOf(request: IncomingMessage): Peer {
  const peer = peers.get(request)
  if (!peer) throw new Error('a route was reached around the door')
  return peer
}
