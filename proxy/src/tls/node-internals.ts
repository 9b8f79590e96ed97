/**
 * Everything here relies on behaviour of Node that is not documented. Each function has a test that fails
 * when a new version of Node behaves differently.
 */
import type { Server } from 'node:http'
import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/**
 * Sets the only listener for failed handshakes. Node's own would report each as a 'clientError' of HTTP too.
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

/** Lets nothing, TLS neither, see a TCP connection that `admit` turns away. */
export function guardConnections(server: Http2SecureServer, admit: (socket: Socket) => boolean): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    if (!admit(socket)) return void socket.destroy()
    for (const listener of listeners) listener.call(server, socket)
  })
}

/** Makes a server that does not listen itself, but is given connections, end those that take too long. */
export function startConnectionChecks(server: Http2SecureServer): void {
  server.emit('listening')
}

/** Makes Node look up a socket's remote address, which it remembers, before the client can disconnect. */
export function rememberRemoteAddress(socket: Socket): void {
  void socket.remoteAddress
}

/**
 * Keeps what Node holds of an HTTP/2 connection beyond its end, until so many others have ended too. Node (seen in
 * 24.21) aborts the process when the garbage collector frees a connection before a stream of it whose head was
 * malformed; by then such streams have been freed.
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

/** The TCP socket below a TLS socket of a server; it knows its address even if the handshake has failed. */
export const tcpSocketOf = (socket: TLSSocket): Socket | undefined =>
  (socket as unknown as { _parent?: Socket })._parent

/**
 * Closes a TLS connection with a RST, which Node offers for TCP sockets only. Later, because Node (seen in 24.21)
 * crashes when the TCP socket goes while the TLS socket above it is at work.
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
