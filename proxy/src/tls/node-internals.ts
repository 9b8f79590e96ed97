/**
 * Functions that rely on undocumented behaviour of Node. Each has a test that fails when a new version of Node behaves
 * differently.
 */
import type { Server } from 'node:http'
import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/**
 * Sets the only listener for failed handshakes. Node's own listener would emit each also as a 'clientError' of HTTP.
 */
export function replaceTlsClientErrorListener(
  server: Http2SecureServer,
  listener: (error: Error, socket: TLSSocket) => void,
): void {
  server.removeAllListeners('tlsClientError').on('tlsClientError', listener)
}

/**
 * Removes the compatibility layer that turns HTTP/2 streams into 'request' events and halves the speed of
 * HTTP/2. Node adds it with the first 'request' listener; add 'stream' listeners after this call.
 */
export function removeHttp2Compatibility(server: Http2SecureServer): void {
  server.removeAllListeners('stream')
}

/** Lets HTTP/1 clients that close their side of the connection after the request receive the response. */
export function allowHalfOpenHttp1(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true })
}

/** Destroys a TCP connection that `admit` refuses before any other listener, that of TLS included, sees it. */
export function guardConnections(server: Http2SecureServer, admit: (socket: Socket) => boolean): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    if (!admit(socket)) return void socket.destroy()
    for (const listener of listeners) listener.call(server, socket)
  })
}

/** Starts the timeouts of a server that does not listen itself but gets its connections by 'connection' events. */
export function startConnectionChecks(server: Http2SecureServer): void {
  server.emit('listening')
}

/** Makes Node look up a socket's remote address, which it remembers, before the client can disconnect. */
export function rememberRemoteAddress(socket: Socket): void {
  void socket.remoteAddress
}

/**
 * Keeps the native handle of an HTTP/2 session beyond its end, until `maxSessions` others have ended too. Node (seen in
 * 24.21) aborts the process when the garbage collector frees a session before a stream of it whose head was malformed;
 * when this function drops the handle, such streams have been freed.
 */
export function createSessionKeeper(maxSessions: number): (session: ServerHttp2Session) => void {
  const kept: unknown[] = []
  let next = 0
  return function keep(session) {
    const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle')
    const handle = key && Reflect.get(session, key)
    session.once('close', () => {
      kept[next] = handle
      next = (next + 1) % maxSessions
    })
  }
}

/** The TCP socket below a server's TLS socket; it has the remote address even if the handshake has failed. */
export const tcpSocketOf = (socket: TLSSocket): Socket | undefined =>
  (socket as unknown as { _parent?: Socket })._parent

/**
 * Closes a TLS connection with a RST, which Node offers for TCP sockets only. Deferred, because Node (seen in 24.21)
 * crashes when the TCP socket is destroyed during a callback of the TLS socket above it.
 */
export function resetConnection(socket: TLSSocket): void {
  setImmediate(() => {
    if (!socket.destroyed) tcpSocketOf(socket)?.resetAndDestroy()
    socket.destroy()
  })
}

/** Whether END_STREAM or a reset has arrived, even if the data before it is not read yet. */
export const hasReceivedEnd = (stream: ServerHttp2Stream): boolean =>
  (stream as unknown as { _readableState: { ended: boolean } })._readableState.ended

/** Whether part of an HTTP/1 response has been sent on this socket and the response is not complete. */
export function isResponseStarted(socket: Duplex): boolean {
  const { _httpMessage: current } = socket as { _httpMessage?: { headersSent: boolean } | null }
  return current?.headersSent ?? false
}
