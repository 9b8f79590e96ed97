import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { Identity } from '../clients/curl.ts'
import { deviceSocket } from '../clients/raw-tls.ts'
import { sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'
import { openMany } from './open-many.ts'
import type { SlowConnections } from './slow-connections.ts'

const everyMs = 1_000

/** The object to download: its path with its stream, and the digest of its bytes. */
export interface Readable {
  readonly path: string
  readonly sha256: string
}

/** Starts downloads of one object that read one byte a second each. */
export async function slowReaders(
  server: Standalone,
  device: Identity,
  { path, sha256 }: Readable,
  count: number,
): Promise<SlowConnections> {
  const readers = await openMany(count, open)
  const timer = setInterval(readOne, everyMs)
  return { finish, [Symbol.dispose]: close }

  async function open() {
    const tls = await deviceSocket(server, device)
    tls.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    await once(tls, 'readable')
    return { tls, taken: [] as Buffer[] }
  }

  function readOne(): void {
    for (const { tls, taken } of readers) {
      const byte: Buffer | null = tls.read(1)
      if (byte) taken.push(byte)
    }
  }

  async function finish(): Promise<string[]> {
    clearInterval(timer)
    const faults: string[] = []
    for (const [n, { tls, taken }] of readers.entries()) {
      const said = Buffer.concat([...taken, ...(await restOf(tls))])
      const body = said.subarray(said.indexOf('\r\n\r\n') + 4)
      if (sha256Of(body) !== sha256) faults.push(`slow reader ${n} got ${body.length} bytes that are others`)
    }
    return faults
  }

  function close(): void {
    clearInterval(timer)
    for (const { tls } of readers) tls.destroy()
  }
}

async function restOf(tls: TLSSocket): Promise<Buffer[]> {
  const rest: Buffer[] = []
  try {
    for await (const bytes of tls) rest.push(bytes)
  } catch {
    // What is missing shows.
  }
  return rest
}
