import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { Standalone } from '../server/standalone.ts'
import type { Identity } from './curl.ts'

/** A TLS connection on which anything can be said. */
export interface RawConnection extends Disposable {
  readonly tls: TLSSocket
  /** Below TLS; for cutting it off. */
  readonly tcp: Socket
  /** All that the server says until its side ends. */
  readonly reply: Promise<string>
}

/** What it takes to connect. */
export type Reachable = Pick<Standalone, 'port' | 'rootCertificate'>

/** Connects like a device that speaks HTTP/1.1. */
export async function rawConnection(server: Reachable, device: Identity): Promise<RawConnection> {
  const tcp = connectTcp(server.port, '127.0.0.1')
  await once(tcp, 'connect')
  // TLS reports it too.
  tcp.on('error', () => undefined)
  const tls = await deviceSocket(server, device, { socket: tcp })
  return { tls, tcp, reply: replyOn(tls), [Symbol.dispose]: () => void tls.destroy() }
}

/** A TLS connection that is not read from yet; HTTP/1.1 unless other protocols are named. */
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

/** An upload whose body the server has asked for with `100 Continue`, so that it is under way there. */
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
  // Being cut off is a response too.
  tls.on('error', () => undefined)
  tls.once('end', () => resolve(said)).once('close', () => resolve(said))
  return promise
}

/** The head of an upload. */
export const putHead = (path: string, ...headers: string[]): string =>
  [`PUT ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
