import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { Pages } from '../streams/pages.ts'
import { connectionIn, type Keylog } from './keylog.ts'

/** When uploads of a stream began on a connection, Unix milliseconds. */
interface ConnectionUse {
  readonly firstMs: number
  lastMs: number
}

/** Clocks of proxy and ingest, which may be on two machines, differ by no more. */
const maxSkewMs = 5_000
/** Connections of one stream whose secrets are looked for. */
const maxConnections = 100_000

/** The lines of the key log that are of the connections on which some uploads came. */
export async function* selectSecrets(
  { lines }: Pick<Keylog, 'lines'>,
  uploads: Pages<JudgedUpload>,
): AsyncGenerator<string> {
  const uses = await usesIn(uploads)
  const randoms = await randomsOf(lines(), uses)
  for await (const line of lines()) if (randoms.has(randomIn(line))) yield `${line}\n`
}

async function usesIn(uploads: Pages<JudgedUpload>): Promise<ReadonlyMap<string, ConnectionUse>> {
  const uses = new Map<string, ConnectionUse>()
  for await (const page of uploads)
    for (const { upload } of page) {
      const name = `${upload.sender.address} ${upload.sender.port}`
      const startedMs = Date.parse(upload.startedAt)
      const use = uses.get(name)
      if (use) use.lastMs = Math.max(use.lastMs, startedMs)
      else if (uses.size < maxConnections) uses.set(name, { firstMs: startedMs, lastMs: startedMs })
    }
  return uses
}

/**
 * The randoms of clients on these connections: of all that had the address and port of one, the newest before its first
 * upload, and those between that and its last.
 */
async function randomsOf(
  lines: AsyncIterable<string>,
  uses: ReadonlyMap<string, ConnectionUse>,
): Promise<ReadonlySet<string>> {
  const chosen = new Map<string, Set<string>>()
  let connection: ReturnType<typeof connectionIn> = null
  for await (const line of lines) {
    const named = connectionIn(line)
    if (named) connection = named
    const use = connection && !named ? uses.get(connection.name) : undefined
    if (!connection || !use || connection.atMs > use.lastMs + maxSkewMs) continue
    const isBefore = connection.atMs <= use.firstMs
    const random = randomIn(line)
    const known = chosen.get(connection.name)
    if (known?.has(random)) continue
    // A handshake before the first upload takes the place of earlier ones of the same address and port.
    chosen.set(connection.name, isBefore ? new Set([random]) : new Set([...(known ?? []), random]))
  }
  return new Set([...chosen.values()].flatMap((randoms) => [...randoms]))
}

/** The second word of a line of secrets; empty for a comment. */
const randomIn = (line: string): string => (line.startsWith('#') ? '' : (line.split(' ', 2)[1] ?? ''))
