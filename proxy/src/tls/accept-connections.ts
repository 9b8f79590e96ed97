import type { Http2SecureServer, Http2Session, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from '@pushav/shared/lib/host-address.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { RefusedHandshake } from '../handshake-reporter.ts'
import { isPlainHttp, respondInPlain } from '../http/plain-http.ts'
import type { ClientLimits, ConnectionLimits } from '../limits/client-limits.ts'
import { createKeyedThrottle } from '../limits/keyed-throttle.ts'
import { type ClientConnection, createClientConnection } from './client-connection.ts'
import type { HandoverFile } from './handover-file.ts'
import type { KeylogReporter } from './keylog-reporter.ts'
import {
  createSessionKeeper,
  guardConnections,
  rememberRemoteAddress,
  replaceTlsClientErrorListener,
  tcpSocketOf,
} from './node-internals.ts'
import type { ConnectionSettings } from './server-options.ts'

export interface AcceptDeps {
  readonly handover: Pick<HandoverFile, 'trust' | 'onChange'>
  /** Reports a refused handshake to ingest. Resolves with whether ingest has logged it. */
  readonly reportHandshake: (refused: RefusedHandshake) => Promise<boolean>
  /** Reports a secret of a TLS connection. */
  readonly reportSecret: KeylogReporter['report']
  /** Null when nothing is limited. */
  readonly limits: ClientLimits | null
  /** Called for each handshake that ends well, with the protocol that ALPN chose, or `none` without ALPN. */
  readonly onConnected: (protocol: string) => void
  /** What a client whose certificate is refused can do instead, as the end of a sentence; empty for nothing. */
  readonly alternative: () => string
  /** The time in milliseconds since 1970. */
  readonly now: () => number
  /** The test of TLS clients that this server runs; null for the ordinary server. */
  readonly tlsTest: string | null
  readonly log: Logger
}

/** The client's connection behind a socket or session; undefined before the handshake has ended well. */
export type ConnectionOf = (connection: TLSSocket | Http2Session) => ClientConnection | undefined

/** HTTP/2 flow control window of a whole connection; `secureServerOptions` sets that of a stream. */
const connectionWindowBytes = 8 * 2 ** 20

/** Sessions kept after their end, see `createSessionKeeper`; each takes some KiB. */
const maxKeptSessions = 512

/**
 * Takes the connections of a TLS server up to the end of their handshakes: applies the limits, reads the client
 * certificate, and reports refused clients.
 */
export function acceptConnections(
  server: Http2SecureServer,
  deps: AcceptDeps,
  settings: ConnectionSettings,
): ConnectionOf {
  const { handover, reportHandshake, reportSecret, limits, onConnected, alternative, now, tlsTest, log } =
    deps
  const connections = new WeakMap<TLSSocket | Http2Session, ClientConnection>()
  const limitsOf = new WeakMap<Socket, ConnectionLimits>()
  const keepSession = createSessionKeeper(maxKeptSessions)
  const mayLogPlainHttp = createKeyedThrottle(now)
  let newest: ClientConnection | null = null

  handover.onChange((trust) => logKeysIf(trust.keylog))
  logKeysIf(handover.trust().keylog)
  if (limits) guardConnections(server, (socket) => admitConnection(limits, socket))
  server.prependListener('connection', rememberRemoteAddress)
  server.prependListener('secureConnection', onSecureConnection)
  server.on('session', onSession)
  replaceTlsClientErrorListener(server, onHandshakeError)
  return (connection) => connections.get(connection)

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
    // With Node's default of 64 KiB a distant client would wait for a round trip after each 64 KiB.
    session.setLocalWindowSize(connectionWindowBytes)
  }

  function onHandshakeError(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const tcp = tcpSocketOf(socket)
    const address = plainAddress(tcp?.remoteAddress ?? '')
    const isPlain = isPlainHttp(error)
    if (isPlain && tcp) respondInPlain(tcp)
    else socket.destroy()
    if (isPlain && !mayLogPlainHttp(address)) return
    const reason = isPlain ? 'the client did not begin with TLS; this port speaks https' : error.message
    const refused = { address, code: `${settings.requestCert ? '' : 'BROWSER_'}${error.code ?? ''}`, reason }
    void logUnless(reportHandshake({ ...refused, certificate: null }), refused, 'handshake failed')
  }

  /**
   * Logs a refused client at `debug` when ingest has logged it, with advice, else at `info`: one line for each client.
   */
  async function logUnless(isLogged: Promise<boolean>, fields: object, message: string): Promise<void> {
    log[(await isLogged) ? 'debug' : 'info'](fields, message)
  }
}
