import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type TLSSocket } from 'node:tls'
import type { DeviceFiles } from './device-files.ts'

const atOnce = 32

/** Opens TLS connections that stay idle after the handshake. Disposal closes them. */
export interface IdleConnections extends Disposable {
  readonly count: number
}

export async function openIdle(
  port: number,
  identity: DeviceFiles,
  count: number,
  signal: AbortSignal,
): Promise<IdleConnections> {
  const [ca, cert, key] = await Promise.all([
    readFile(identity.cacert),
    readFile(identity.cert),
    readFile(identity.key),
  ])
  const open: TLSSocket[] = []
  await Promise.all(Array.from({ length: atOnce }, openMore))
  return {
    count: open.length,
    [Symbol.dispose]: () => {
      for (const socket of open) socket.destroy()
    },
  }

  async function openMore(): Promise<void> {
    while (open.length < count) {
      signal.throwIfAborted()
      const socket = connect({ host: '127.0.0.1', port, ca, cert, key })
      open.push(socket)
      await once(socket, 'secureConnect')
      socket.on('error', () => undefined)
    }
  }
}
