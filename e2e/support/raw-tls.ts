import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Identity } from './curl.ts'
import type { Reachable } from './standalone.ts'

/** A TLS connection on which anything can be said. */
export interface RawConnection extends Disposable {
  readonly tls: TLSSocket
  /** Below TLS; for cutting it off. */
  readonly tcp: Socket
  /** All that the server says until its side ends. */
  readonly reply: Promise<string>
}

/** Connects like a device that speaks HTTP/1.1. */
export async function rawConnection(server: Reachable, device: Identity): Promise<RawConnection> {
  const [ca, cert, key] = await Promise.all(
    [server.rootCertificate, device.cert, device.key].map((file) => readFile(file)),
  )
  const tcp = connectTcp(server.port, '127.0.0.1')
  const tls = connectTls({ socket: tcp, servername: 'localhost', ca, cert, key })
  await once(tls, 'secureConnect')
  return { tls, tcp, reply: replyOn(tls), [Symbol.dispose]: () => void tls.destroy() }
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
  // Being cut off is an answer too.
  tls.on('error', () => undefined)
  tls.once('end', () => resolve(said)).once('close', () => resolve(said))
  return promise
}

/** The head of an upload. */
export const putHead = (path: string, ...headers: string[]): string =>
  [`PUT ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
