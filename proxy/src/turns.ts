import type { Socket } from 'node:net'
import type { Exchange } from './exchange.ts'
import type { Serve } from './serve.ts'

/** Pipelined requests of one HTTP/1 connection are served one after the other, in the order they came. */
export function inTurn(serve: Serve): (socket: Socket, exchange: Exchange) => void {
  const lastOf = new WeakMap<Socket, Promise<void>>()
  return function serveInTurn(socket, exchange) {
    const last = lastOf.get(socket)
    const served = last ? last.then(() => serve(exchange)) : serve(exchange)
    lastOf.set(socket, served)
    served.then(() => lastOf.get(socket) === served && lastOf.delete(socket))
  }
}
