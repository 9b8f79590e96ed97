import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { type Serve, serializePerSocket } from '../exchanges.ts'
import { respondToClientError } from '../http/client-error.ts'
import { http1Exchange } from '../http/http1.ts'
import { http2Exchange } from '../http/http2.ts'
import { type AcceptDeps, acceptConnections } from './accept-connections.ts'
import { allowHalfOpenHttp1, removeHttp2Compatibility } from './node-internals.ts'
import { type ConnectionSettings, secureServerOptions } from './server-options.ts'
import { createStreamLimit } from './stream-limit.ts'
import type { Trust } from './trust.ts'

export interface TlsServerDeps extends AcceptDeps {
  readonly serve: Serve
}

/**
 * The TLS server for HTTP/2, HTTP/1 and clients without ALPN; every request becomes an exchange for `serve`.
 */
export function createTlsServer(deps: TlsServerDeps, settings: ConnectionSettings): Http2SecureServer {
  const { handover, serve, now, log } = deps
  const server = createSecureServer(secureServerOptions(contextOf(handover.trust()), settings))
  handover.onChange((trust) => server.setSecureContext(contextOf(trust)))
  const connectionOf = acceptConnections(server, deps, settings)
  server.on('timeout', (idle: TLSSocket | ServerHttp2Session) => idle.destroy())
  serveHttp1(server as unknown as Server)
  serveHttp2()
  return server

  function contextOf({ context, ticketKeysOf }: Trust): SecureContextOptions {
    if (!settings.reusePort) return context
    return { ...context, ticketKeys: ticketKeysOf(settings.requestCert ? 'device' : 'browser') }
  }

  function serveHttp1(http1: Server): void {
    http1.keepAliveTimeout = settings.keepAliveMs
    http1.setTimeout(settings.bodyIdleMs)
    allowHalfOpenHttp1(http1)
    const serveInOrder = serializePerSocket(serve)
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const)
      http1.on(event, (request: IncomingMessage, response: ServerResponse) => {
        const connection = connectionOf(request.socket as TLSSocket)
        if (connection) serveInOrder(request.socket, http1Exchange(request, response, connection))
      })
    http1.on('connect', (_request, socket) => onClientError({ code: 'CONNECT' }, socket))
    http1.on('clientError', onClientError)
  }

  function onClientError(error: { readonly code?: string | undefined }, socket: Duplex): void {
    const problem = respondToClientError(error, socket)
    if (!problem) return
    const { status, code } = problem
    const address = connectionOf(socket as TLSSocket)?.address
    log.info({ address, status, code, reason: error.code }, 'request refused')
  }

  function serveHttp2(): void {
    removeHttp2Compatibility(server)
    const { admit } = createStreamLimit(now, onAbuse)
    server.on('sessionError', onSessionError)
    server.on(
      'stream',
      (stream: ServerHttp2Stream, _headers: unknown, _flags: unknown, rawHeaders: string[]) => {
        // A stream that was reset in the same read has no session any more, but will still emit an error.
        stream.on('error', ignore)
        const connection = connectionOf(stream.session as ServerHttp2Session)
        if (connection)
          admit(stream, () => serve(http2Exchange(stream, rawHeaders, connection, settings.bodyIdleMs)))
      },
    )
  }

  function onSessionError(error: NodeJS.ErrnoException, session: Http2Session): void {
    // `info` when the client broke the protocol or sent what cannot be decoded; lost connections are usual.
    const level = error.code?.startsWith('ERR_HTTP2') ? 'info' : 'debug'
    log[level]({ address: connectionOf(session)?.address, reason: error.message }, 'http/2 connection failed')
  }

  function onAbuse(session: Http2Session): void {
    const address = connectionOf(session)?.address
    log.info({ address, reason: 'too many streams were reset' }, 'http/2 connection closed')
  }
}

function ignore(): void {}
