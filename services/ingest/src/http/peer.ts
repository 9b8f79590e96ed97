import { createDeviceReader, type Peer, readPeer } from '@pushav/shared/identity.ts'
import type { Request, RequestHandler } from 'express'
import { Refusal } from '../domain/refusal.ts'

const peers = new WeakMap<Request, Peer>()

/** Lets in only what came through the proxy: whoever does not know its secret is refused, never taken for anonymous. */
export function requirePeer(secret: string): RequestHandler {
  const readDevice = createDeviceReader()
  return (request, _response, next) => {
    const peer = readPeer(request.headers, secret, readDevice)
    if (!peer) throw new Refusal('identity-missing', 'this service answers only through its TLS proxy')
    peers.set(request, peer)
    next()
  }
}

/** Who sent a request that `requirePeer` let in. */
export function peerOf(request: Request): Peer {
  const peer = peers.get(request)
  if (!peer) throw new Error('a route was reached around requirePeer')
  return peer
}
