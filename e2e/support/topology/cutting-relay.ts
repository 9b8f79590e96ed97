import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A way to a server that breaks once, after so many bytes of what it says. */
export interface CuttingRelay extends AsyncDisposable {
  readonly port: number
  /** Bytes of the server's that have passed. */
  passed(): number
  /** Resolves when it breaks. */
  readonly tripped: Promise<unknown>
}

/** Passes connections on; with byte number `at` it holds back the rest, does `then`, and cuts all of them. */
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
