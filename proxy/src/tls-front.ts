import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { type Connection, openConnection, plainAddress } from './connection.ts'
import { type Serve, serializePerSocket } from './exchanges.ts'
import type { HandoverFile } from './handover-file.ts'
import { respondToClientError } from './http/client-error.ts'
import { http1Exchange } from './http/http1.ts'
import { http2Exchange } from './http/http2.ts'
import type { RefusedHandshake } from './refusal-report.ts'
import { secureServerOptions } from './server-options.ts'

type Limits = Pick<
  Config,
  'clientCertificate' | 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'keepAliveMs' | 'bodyIdleMs'
>

const connectionWindow = 8 * 2 ** 20

/** The TLS server for HTTP/2, HTTP/1 and clients without ALPN; every request becomes an exchange for `serve`. */
export function createTlsFront(
  handover: HandoverFile,
  limits: Limits,
  serve: Serve,
  report: (refused: RefusedHandshake) => void,
  log: Logger,
): Http2SecureServer {
  const connections = new WeakMap<TLSSocket | ServerHttp2Session, Connection>()
  const front = createSecureServer(secureServerOptions(handover.trust().context, limits))
  let newest: Connection | null = null
  handover.onChange((trust) => front.setSecureContext(trust.context))

  front.prependListener('connection', rememberAddress)
  front.prependListener('secureConnection', greet)
  front.on('session', greetSession)
  front.on('timeout', (silent: TLSSocket | ServerHttp2Session) => silent.destroy())
  // Node's own listener would pass a failed handshake on as a broken request.
  front.removeAllListeners('tlsClientError').on('tlsClientError', noteFailedHandshake)
  serveHttp1(front as unknown as Server)
  serveHttp2()
  return front

  function greet(socket: TLSSocket): void {
    // HTTP/2 has no half-closed connections: a client that ends its side is gone.
    if (socket.alpnProtocol === 'h2') socket.allowHalfOpen = false
    const connection = openConnection(socket, handover.trust)
    connections.set(socket, connection)
    newest = connection
    const fault = connection.fault()
    if (!fault) return
    log.info({ address: connection.address, ...fault }, 'client certificate refused')
    report({ address: connection.address, code: fault.code, reason: fault.detail })
    if (limits.clientCertificate === 'reject') socket.destroy()
  }

  /** Node emits 'session' while it handles 'secureConnection', so the newest connection is the session's. */
  function greetSession(session: ServerHttp2Session): void {
    if (newest) connections.set(session, newest)
    // A sender that is far away must not wait for us every 64 KiB; what a stream may send stays limited.
    session.setLocalWindowSize(connectionWindow)
  }

  function noteFailedHandshake(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const refused = { address: addressBelow(socket) ?? '', code: error.code ?? '', reason: error.message }
    log.info(refused, 'handshake failed')
    report(refused)
    socket.destroy()
  }

  function serveHttp1(http1: Server): void {
    http1.keepAliveTimeout = limits.keepAliveMs
    http1.setTimeout(limits.bodyIdleMs)
    // Undocumented, but the only way to answer a client that closes its side after the request.
    Object.assign(http1, { httpAllowHalfOpen: true })
    const serveInOrder = serializePerSocket(serve)
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const)
      http1.on(event, (request: IncomingMessage, response: ServerResponse) => {
        const connection = connections.get(request.socket as TLSSocket)
        if (connection) serveInOrder(request.socket, http1Exchange(request, response, connection))
      })
    http1.on('connect', (_request, socket) => refuseBroken({ code: 'CONNECT' }, socket))
    http1.on('clientError', refuseBroken)
  }

  function refuseBroken(error: { readonly code?: string | undefined }, socket: Duplex): void {
    const problem = respondToClientError(error, socket)
    if (!problem) return
    const { status, code } = problem
    const address = connections.get(socket as TLSSocket)?.address
    log.info({ address, status, code, reason: error.code }, 'request refused')
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

/** Node looks an address up when it is first asked for, and keeps it; later the peer may be gone. */
const rememberAddress = (socket: Socket) => void socket.remoteAddress

/** Of the TCP socket that carries a TLS socket, which has no public name. */
const addressBelow = (socket: TLSSocket): string | undefined =>
  plainAddress((socket as unknown as { _parent?: Socket })._parent?.remoteAddress)
