import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from '@pushav/shared/lib/host-address.ts'
import type { TlsTestConnection, TlsTestId } from '@pushav/shared/tls-tests/tls-tests.ts'
import { fingerprintOf, shownName } from '../tls/certificate-text.ts'
import type { ClientConnection } from '../tls/client-connection.ts'
import type { ClientHello } from './client-hello.ts'

/** Tracks the connections to the tests, from their first byte to their end. */
export interface TestConnections {
  /** A client began a connection to a test. */
  begin(test: TlsTestId, socket: Socket, hello: ClientHello | null): void
  /** The handshake on `socket` ended well. */
  secure(socket: Socket, tls: TLSSocket): void
  /** The handshake on `socket`, or the connection after it, failed; `code` is Node's or OpenSSL's. */
  fail(socket: Socket, code: string): void
  /** The client sent a request on the connection. */
  countRequest(connection: Pick<ClientConnection, 'address' | 'port'>): void
}

interface Progress {
  readonly test: TlsTestId
  readonly address: string
  readonly hello: ClientHello | null
  tls: Pick<TlsTestConnection, 'tls_version' | 'certificate'> | null
  code: string
  requests: number
  /** How many of the requests have been reported. */
  reported: number
}

/** Calls `report` at the first request of a connection, so that an open connection counts too, and at its end. */
export function followTestConnections(report: (connection: TlsTestConnection) => void): TestConnections {
  const open = new Map<string, Progress>()
  return { begin, secure, fail, countRequest }

  function begin(test: TlsTestId, socket: Socket, hello: ClientHello | null): void {
    const address = plainAddress(socket.remoteAddress ?? '')
    const key = keyOf(address, socket.remotePort)
    const progress: Progress = { test, address, hello, tls: null, code: '', requests: 0, reported: 0 }
    open.set(key, progress)
    socket.once('close', () => {
      if (open.get(key) === progress) open.delete(key)
      end(progress)
    })
  }

  function secure(socket: Socket, tls: TLSSocket): void {
    const progress = progressOf(socket)
    if (!progress) return
    const certificate = tls.getPeerX509Certificate()
    progress.tls = {
      tls_version: tls.getProtocol(),
      certificate: certificate
        ? { subject: shownName(certificate.subject), fingerprint: fingerprintOf(certificate) }
        : null,
    }
  }

  function fail(socket: Socket, code: string): void {
    const progress = progressOf(socket)
    if (progress && progress.code === '') progress.code = code.slice(0, 100)
  }

  function countRequest({ address, port }: Pick<ClientConnection, 'address' | 'port'>): void {
    const progress = open.get(keyOf(address, port))
    if (!progress) return
    progress.requests += 1
    if (progress.requests > 1) return
    progress.reported = 1
    report(connectionOf(progress, 'requests', 1))
  }

  function end(progress: Progress): void {
    const { requests, reported, tls } = progress
    if (requests === 0) report(connectionOf(progress, tls ? 'closed' : 'refused', 0))
    else if (requests > reported) report(connectionOf(progress, 'more', requests - reported))
  }

  function progressOf(socket: Socket): Progress | undefined {
    return open.get(keyOf(plainAddress(socket.remoteAddress ?? ''), socket.remotePort))
  }
}

const keyOf = (address: string, port: number | undefined): string => `${address} ${port ?? 0}`

const connectionOf = (
  { test, address, hello, tls, code }: Progress,
  outcome: TlsTestConnection['outcome'],
  requests: number,
): TlsTestConnection => ({
  test,
  address,
  outcome,
  requests,
  code,
  server_name: hello?.serverName ?? null,
  offers: hello?.newestVersion ?? null,
  tls_version: tls?.tls_version ?? null,
  certificate: tls?.certificate ?? null,
})
