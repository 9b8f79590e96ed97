import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { plainAddress } from '@pushav/shared/lib/plain-address.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from '../config.ts'
import { type Serve, serializePerSocket } from '../exchanges.ts'
import type { RefusedHandshake } from '../handshake-reporter.ts'
import { respondToClientError } from '../http/client-error.ts'
import { http1Exchange } from '../http/http1.ts'
import { http2Exchange } from '../http/http2.ts'
import { createAddressThrottle, isPlainHttp, respondInPlain } from '../http/plain-http.ts'
import type { ClientLimits, ConnectionLimits } from '../limits/client-limits.ts'
import { type ClientConnection, createClientConnection } from './client-connection.ts'
import type { HandoverFile } from './handover-file.ts'
import type { KeylogReporter } from './keylog-reporter.ts'
import {
  allowHalfOpenHttp1,
  createSessionKeeper,
  guardConnections,
  rememberRemoteAddress,
  removeHttp2Compatibility,
  replaceTlsClientErrorListener,
  tcpSocketOf,
} from './node-internals.ts'
import { secureServerOptions } from './server-options.ts'
import { createStreamLimit } from './stream-limit.ts'
import type { Trust } from './trust.ts'

export interface TlsServerDeps {
  readonly handover: Pick<HandoverFile, 'trust' | 'onChange'>
  readonly serve: Serve
  /** Resolves with whether ingest has logged it. */
  readonly reportHandshake: (refused: RefusedHandshake) => Promise<boolean>
  /** Reports a secret of a TLS connection. */
  readonly reportSecret: KeylogReporter['report']
  /** Null when nothing is limited. */
  readonly limits: ClientLimits | null
  /** A handshake ended well; the protocol that ALPN chose, `none` without. */
  readonly onConnected: (protocol: string) => void
  /** What a client whose certificate is refused can do instead; empty for nothing. */
  readonly alternative: () => string
  /** In milliseconds since 1970, to judge certificates by. */
  readonly now: () => number
  /** The test of TLS clients that this server is for; null for the ordinary service. */
  readonly tlsTest: string | null
  readonly log: Logger
}

type Settings = Pick<
  Config,
  'clientCertificate' | 'handshakeTimeoutMs' | 'headersTimeoutMs' | 'keepAliveMs' | 'bodyIdleMs' | 'reusePort'
> & { readonly requestCert: boolean }

/** HTTP/2 flow control of a whole connection; that of a stream is in `secureServerOptions`. */
const connectionWindowBytes = 8 * 2 ** 20

/** Connections that have ended, of some KiB each. */
const maxKeptSessions = 512

/**
 * The TLS server for HTTP/2, HTTP/1 and clients without ALPN; every request becomes an exchange for `serve`.
 */
export function createTlsServer(deps: TlsServerDeps, settings: Settings): Http2SecureServer {
  const {
    handover,
    serve,
    reportHandshake,
    reportSecret,
    limits,
    onConnected,
    alternative,
    now,
    tlsTest,
    log,
  } = deps
  const connections = new WeakMap<TLSSocket | Http2Session, ClientConnection>()
  const keepSession = createSessionKeeper(maxKeptSessions)
  const limitsOf = new WeakMap<Socket, ConnectionLimits>()
  const server = createSecureServer(secureServerOptions(contextOf(handover.trust()), settings))
  const mayLogPlain = createAddressThrottle(now)
  let newest: ClientConnection | null = null
  handover.onChange((trust) => {
    server.setSecureContext(contextOf(trust))
    logKeysIf(trust.keylog)
  })
  logKeysIf(handover.trust().keylog)

  if (limits) guardConnections(server, (socket) => admitConnection(limits, socket))
  server.prependListener('connection', rememberRemoteAddress)
  server.prependListener('secureConnection', onSecureConnection)
  server.on('session', onSession)
  server.on('timeout', (idle: TLSSocket | ServerHttp2Session) => idle.destroy())
  replaceTlsClientErrorListener(server, onHandshakeError)
  serveHttp1(server as unknown as Server)
  serveHttp2()
  return server

  /** Without a listener, Node asks OpenSSL for no secrets. */
  function logKeysIf(isWanted: boolean): void {
    server.off('keylog', onKeylog)
    if (isWanted) server.on('keylog', onKeylog)
  }

  function onKeylog(line: Buffer, socket: TLSSocket): void {
    const tcp = tcpSocketOf(socket)
    const address = plainAddress(tcp?.remoteAddress ?? 'unknown')
    const at = new Date(now()).toISOString()
    reportSecret({ address, port: tcp?.remotePort ?? 0, at, line: line.toString('latin1').trim() })
  }

  function contextOf({ context, ticketKeysOf }: Trust): SecureContextOptions {
    if (!settings.reusePort) return context
    return { ...context, ticketKeys: ticketKeysOf(settings.requestCert ? 'device' : 'browser') }
  }

  function admitConnection(limits: ClientLimits, socket: Socket): boolean {
    const admitted = limits.admit(socket)
    if (admitted) limitsOf.set(socket, admitted)
    return admitted !== null
  }

  function onSecureConnection(socket: TLSSocket): void {
    // HTTP/2 has no half-closed connections: a client that ends its side has left.
    if (socket.alpnProtocol === 'h2') socket.allowHalfOpen = false
    const tcp = tcpSocketOf(socket)
    const connectionLimits = (tcp && limitsOf.get(tcp)) ?? null
    const connection = createClientConnection(socket, {
      trust: handover.trust,
      limits: connectionLimits,
      alternative,
      now,
      tlsTest,
    })
    connections.set(socket, connection)
    newest = connection
    if (connectionLimits && connection.shown && !connectionLimits.identify(connection.shown.fingerprint))
      return void socket.destroy()
    onConnected(socket.alpnProtocol || 'none')
    const fault = connection.certificateFault()
    if (!fault) return
    const { address, shown: certificate } = connection
    const isLogged = reportHandshake({ address, code: fault.code, reason: fault.detail, certificate })
    void logUnless(isLogged, { address, ...fault }, 'client certificate refused')
    if (settings.clientCertificate === 'reject') socket.destroy()
  }

  /** Node emits 'session' while it handles 'secureConnection', so the newest connection is the session's. */
  function onSession(session: ServerHttp2Session): void {
    if (newest) connections.set(session, newest)
    keepSession(session)
    // With Node's 64 KiB a distant client would wait for a round trip for each of them.
    session.setLocalWindowSize(connectionWindowBytes)
  }

  function onHandshakeError(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const tcp = tcpSocketOf(socket)
    const address = plainAddress(tcp?.remoteAddress ?? '')
    const isPlain = isPlainHttp(error)
    if (isPlain && tcp) respondInPlain(tcp)
    else socket.destroy()
    if (isPlain && !mayLogPlain(address)) return
    const reason = isPlain ? 'the client did not begin with TLS; this port speaks https' : error.message
    const refused = { address, code: error.code ?? '', reason }
    void logUnless(reportHandshake({ ...refused, certificate: null }), refused, 'handshake failed')
  }

  /** One line for each refused client: that of ingest, which has advice, or where there is none that of this process. */
  async function logUnless(isLogged: Promise<boolean>, fields: object, message: string): Promise<void> {
    log[(await isLogged) ? 'debug' : 'info'](fields, message)
  }

  function serveHttp1(http1: Server): void {
    http1.keepAliveTimeout = settings.keepAliveMs
    http1.setTimeout(settings.bodyIdleMs)
    allowHalfOpenHttp1(http1)
    const serveInOrder = serializePerSocket(serve)
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const)
      http1.on(event, (request: IncomingMessage, response: ServerResponse) => {
        const connection = connections.get(request.socket as TLSSocket)
        if (connection) serveInOrder(request.socket, http1Exchange(request, response, connection))
      })
    http1.on('connect', (_request, socket) => onClientError({ code: 'CONNECT' }, socket))
    http1.on('clientError', onClientError)
  }

  function onClientError(error: { readonly code?: string | undefined }, socket: Duplex): void {
    const problem = respondToClientError(error, socket)
    if (!problem) return
    const { status, code } = problem
    const address = connections.get(socket as TLSSocket)?.address
    log.info({ address, status, code, reason: error.code }, 'request refused')
  }

  function serveHttp2(): void {
    removeHttp2Compatibility(server)
    const { admit } = createStreamLimit(now, onAbuse)
    server.on('sessionError', onSessionError)
    server.on(
      'stream',
      (stream: ServerHttp2Stream, _headers: unknown, _flags: unknown, rawHeaders: string[]) => {
        // A stream that was reset in the same read has no session any more, but still an error to emit.
        stream.on('error', ignore)
        const connection = connections.get(stream.session as ServerHttp2Session)
        if (connection)
          admit(stream, () => serve(http2Exchange(stream, rawHeaders, connection, settings.bodyIdleMs)))
      },
    )
  }

  function onSessionError(error: NodeJS.ErrnoException, session: Http2Session): void {
    // What a client sent broke the protocol, or could not be decoded; a lost connection is nothing to look at.
    const level = error.code?.startsWith('ERR_HTTP2') ? 'info' : 'debug'
    log[level](
      { address: connections.get(session)?.address, reason: error.message },
      'http/2 connection failed',
    )
  }

  function onAbuse(session: Http2Session): void {
    const address = connections.get(session)?.address
    log.info({ address, reason: 'too many streams were reset' }, 'http/2 connection closed')
  }
}

function ignore(): void {}
