import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '@pushav/shared/logger.ts'
import { answerBrokenRequest } from './broken-request.ts'
import type { Config } from './config.ts'
import { type Connection, openConnection } from './connection.ts'
import type { HandoverFile } from './handover-file.ts'
import { http1Exchange } from './http1.ts'
import { http2Exchange } from './http2.ts'
import type { Serve } from './serve.ts'
import { secureServerOptions } from './server-options.ts'
import { inTurn } from './turns.ts'

type Limits = Pick<
  Config,
  'clientCertificate' | 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'keepAliveMs' | 'bodyIdleMs'
>

/** The TLS server for HTTP/2, HTTP/1 and clients without ALPN; every request becomes an exchange for `serve`. */
export function createTlsFront(
  handover: HandoverFile,
  limits: Limits,
  serve: Serve,
  log: Logger,
): Http2SecureServer {
  const connections = new WeakMap<TLSSocket | ServerHttp2Session, Connection>()
  const front = createSecureServer(secureServerOptions(handover.trust().context, limits))
  let newest: Connection | null = null
  handover.onChange((trust) => front.setSecureContext(trust.context))

  front.prependListener('secureConnection', greet)
  // Node emits 'session' while it handles 'secureConnection', so the newest connection is the session's.
  front.on('session', (session) => void (newest && connections.set(session, newest)))
  front.on('timeout', (silent: TLSSocket | ServerHttp2Session) => silent.destroy())
  // Node's own listener would pass a failed handshake on as a broken request.
  front.removeAllListeners('tlsClientError').on('tlsClientError', noteFailedHandshake)
  serveHttp1(front as unknown as Server)
  serveHttp2()
  return front

  function greet(socket: TLSSocket): void {
    // HTTP/2 has no half-closed connections: a client that ends its side is gone.
    if (socket.alpnProtocol === 'h2') socket.allowHalfOpen = false
    newest = openConnection(socket, handover.trust)
    connections.set(socket, newest)
    const fault = newest.fault()
    if (!fault) return
    log.info({ address: newest.address, ...fault }, 'client certificate refused')
    if (limits.clientCertificate === 'reject') socket.destroy()
  }

  function noteFailedHandshake(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    log.info({ address: socket.remoteAddress, code: error.code, reason: error.message }, 'handshake failed')
    socket.destroy()
  }

  function serveHttp1(http1: Server): void {
    http1.keepAliveTimeout = limits.keepAliveMs
    http1.setTimeout(limits.bodyIdleMs)
    // Undocumented, but the only way to answer a client that closes its side after the request.
    Object.assign(http1, { httpAllowHalfOpen: true })
    const inTurnServe = inTurn(serve)
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const)
      http1.on(event, (request: IncomingMessage, response: ServerResponse) => {
        const connection = connections.get(request.socket as TLSSocket)
        if (connection) inTurnServe(request.socket, http1Exchange(request, response, connection))
      })
    http1.on('connect', (_request, socket) => answerBrokenRequest({ code: 'CONNECT' }, socket))
    http1.on('clientError', (error: NodeJS.ErrnoException, socket) => answerBrokenRequest(error, socket))
  }

  function serveHttp2(): void {
    // The 'request' listener above brought Node's compatibility layer, which halves the speed of HTTP/2.
    front.removeAllListeners('stream')
    front.on('sessionError', (error) => log.debug({ reason: error.message }, 'http/2 connection failed'))
    front.on(
      'stream',
      (stream: ServerHttp2Stream, _headers: unknown, _flags: unknown, rawHeaders: string[]) => {
        const connection = connections.get(stream.session as ServerHttp2Session)
        if (connection) serve(http2Exchange(stream, rawHeaders, connection, limits.bodyIdleMs))
      },
    )
  }
}
