import type { Identity } from '../clients/curl.ts'
import { putHead, type RawConnection, rawConnection } from '../clients/raw-tls.ts'
import { readBody, sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'
import { openMany } from './open-many.ts'
import type { SlowConnections } from './slow-connections.ts'

const everyMs = 1_000
/** The connections write at this many different times within a second. */
const times = 50
const bodyBytes = 2_000

/** Starts uploads that send one byte of their body a second each. */
export async function slowWriters(
  server: Standalone,
  device: Identity,
  stream: string,
  count: number,
): Promise<SlowConnections> {
  const connections = await openMany(count, () => rawConnection(server, device))
  for (const [n, { tls }] of connections.entries())
    tls.write(
      putHead(`/streams/${stream}/slow/${n}.bin`, `Content-Length: ${bodyBytes}`, 'Connection: close'),
    )
  const sent = connections.map(() => 0)
  let turn = 0
  const timer = setInterval(writeSome, everyMs / times)
  return { finish, [Symbol.dispose]: close }

  function writeSome(): void {
    for (let n = turn++ % times; n < connections.length; n += times)
      writeUpTo(n, Math.min((sent[n] ?? 0) + 1, bodyBytes - 1))
  }

  function writeUpTo(n: number, end: number): void {
    connections[n]?.tls.write(bodyOf(n).subarray(sent[n], end))
    sent[n] = end
  }

  async function finish(): Promise<string[]> {
    clearInterval(timer)
    for (const n of connections.keys()) writeUpTo(n, bodyBytes)
    const faults = await Promise.all(connections.map(faultOf))
    return faults.filter((fault) => fault !== null)
  }

  async function faultOf({ reply }: RawConnection, n: number): Promise<string | null> {
    const said = await reply
    const [, upload] = /^HTTP\/1\.1 202 .*"upload_id":"([^"]+)"/s.exec(said) ?? []
    if (!upload) return `slow upload ${n} was answered ${said.slice(0, 200) || 'nothing'}`
    const stored = await readBody(server, stream, upload)
    return sha256Of(stored) === sha256Of(bodyOf(n)) ? null : `slow upload ${n} is stored with other bytes`
  }

  function close(): void {
    clearInterval(timer)
    for (const connection of connections) connection[Symbol.dispose]()
  }
}

const bodyOf = (n: number): Buffer => Buffer.alloc(bodyBytes, `slow upload ${n}, `)
