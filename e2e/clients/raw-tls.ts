import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { Standalone } from '../server/standalone.ts'
import type { Identity } from './curl.ts'

/** A TLS connection on which a test writes any bytes. */
export interface RawConnection extends Disposable {
  readonly tls: TLSSocket
  /** The TCP socket below TLS, with which a test cuts the connection off. */
  readonly tcp: Socket
  /** Resolves with all text from the server once it ends its side or the connection is closed. */
  readonly reply: Promise<string>
}

/** What a client needs to connect. */
export type Reachable = Pick<Standalone, 'port' | 'rootCertificate'>

/** Connects like a device that speaks HTTP/1.1. */
export async function rawConnection(server: Reachable, device: Identity): Promise<RawConnection> {
  const tcp = connectTcp(server.port, '127.0.0.1')
  await once(tcp, 'connect')
  // The TLS socket reports the same error.
  tcp.on('error', () => undefined)
  const tls = await deviceSocket(server, device, { socket: tcp })
  return { tls, tcp, reply: replyOn(tls), [Symbol.dispose]: () => void tls.destroy() }
}

/** Opens a TLS connection and reads nothing from it. HTTP/1.1 unless `options` name other protocols. */
export async function deviceSocket(
  server: Reachable,
  device: Identity,
  options: ConnectionOptions = { host: '127.0.0.1', port: server.port },
): Promise<TLSSocket> {
  const [ca, cert, key] = await Promise.all(
    [server.rootCertificate, device.cert, device.key].map((file) => readFile(file)),
  )
  const tls = connectTls({ servername: 'localhost', ...options, ca, cert, key })
  await once(tls, 'secureConnect')
  return tls
}

/** Begins an upload. Resolves after `100 Continue`, by which time the server has begun to handle it. */
export async function beginUpload(
  server: Reachable,
  device: Identity,
  path: string,
  ...headers: string[]
): Promise<RawConnection> {
  const connection = await rawConnection(server, device)
  connection.tls.write(putHead(path, 'Expect: 100-continue', 'Connection: close', ...headers))
  await once(connection.tls, 'data')
  return connection
}

function replyOn(tls: TLSSocket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let said = ''
  tls.on('data', (bytes) => {
    said += bytes
  })
  // A test may expect that the server cuts the connection off.
  tls.on('error', () => undefined)
  tls.once('end', () => resolve(said)).once('close', () => resolve(said))
  return promise
}

/** The text of the head of an upload with HTTP/1.1. */
export const putHead = (path: string, ...headers: string[]): string =>
  [`PUT ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
