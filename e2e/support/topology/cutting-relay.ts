import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A relay to a server that breaks once, after a number of bytes from the server. */
export interface CuttingRelay extends AsyncDisposable {
  readonly port: number
  /** How many bytes of the server have passed. */
  passed(): number
  /** Resolves when the relay breaks. */
  readonly tripped: Promise<unknown>
}

/** Relays connections. At byte `at` it holds back the rest, calls `then`, and cuts all connections. */
export async function startCuttingRelay(
  to: number,
  at: number,
  then: () => Promise<unknown>,
): Promise<CuttingRelay> {
  const { promise: tripped, resolve } = Promise.withResolvers<void>()
  let passed = 0
  let isBroken = false
  const sockets = new Set<{ destroy(): unknown }>()
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => [near, far].map((each) => each.destroy()))
    }
    near.pipe(far)
    far.on('data', (bytes: Buffer) => {
      passed += bytes.length
      if (passed >= at && !isBroken) return void trip()
      if (!near.write(bytes)) far.pause()
    })
    near.on('drain', () => far.resume())
  }).listen(0, 'localhost')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    tripped,
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
    },
  }

  async function trip(): Promise<void> {
    isBroken = true
    await then()
    cut()
    resolve()
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
}
