import type { Socket } from 'node:net'
import { type ClientHello, maxHelloBytes, parseClientHello } from './client-hello.ts'

/**
 * Reads the first message of a client and puts its bytes back for the TLS server. Null for bytes that are no
 * ClientHello; `gone` when the client closes the connection, or has not sent the whole message after `timeoutMs`.
 */
export function readHello(socket: Socket, timeoutMs: number): Promise<ClientHello | null | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<ClientHello | null | 'gone'>()
  let bytes = Buffer.alloc(0)
  const timer = setTimeout(() => finish('gone'), timeoutMs)
  socket.on('readable', read).on('end', leave).on('close', leave)
  return promise

  function read(): void {
    const more = socket.read() as Buffer | null
    if (more === null) return
    bytes = Buffer.concat([bytes, more])
    const hello = parseClientHello(bytes)
    if (hello !== 'incomplete' || bytes.length > maxHelloBytes) finish(hello === 'incomplete' ? null : hello)
  }

  function leave(): void {
    finish('gone')
  }

  function finish(result: ClientHello | null | 'gone'): void {
    clearTimeout(timer)
    socket.off('readable', read).off('end', leave).off('close', leave)
    if (result !== 'gone' && bytes.length > 0) socket.unshift(bytes)
    resolve(result)
  }
}
