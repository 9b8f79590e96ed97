import { until } from '@pushav/shared/testing/until.ts'
import type { Identity } from '../clients/curl.ts'
import { keepAlive } from '../clients/keep-alive.ts'
import { type Line, lineReader } from '../clients/wire-log.ts'
import { readBody, sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'
import { isAccepted, type SentUpload } from './fleet.ts'

/** How many uploads with a 2xx response have each fault in the end. */
export interface UploadFaults {
  /** Uploads whose body on the disk is missing or differs. */
  readonly differing: number
  /** Uploads without a verdict in the wire log. */
  readonly unjudged: number
  /** Tracks whose uploads are not in the wire log in the order in which they were sent. */
  readonly misordered: number
  /** Uploads whose verdict has an error, although they have none. */
  readonly wrong: number
  readonly unprobed: number
}

/** How long the server took to judge all uploads, and after that to probe them; at most the timeout of each. */
export interface CaughtUp {
  readonly judgedMs: number
  readonly probedMs: number
}

interface Patience {
  readonly judgedWithinMs?: number
  readonly probedWithinMs?: number
}

/** Waits until every upload with a 2xx response is judged and probed, or a timeout, then checks each of them. */
export async function verifyStored(
  server: Standalone,
  device: Identity,
  sent: readonly SentUpload[],
  { judgedWithinMs = 60_000, probedWithinMs = 120_000 }: Patience = {},
): Promise<UploadFaults & CaughtUp> {
  using client = await keepAlive(server, device, 1)
  const log = lineReader(client)
  const streams = Map.groupBy(sent.filter(isAccepted), ({ stream }) => stream)
  const judgedMs = await waitFor((line) => line.findings !== null, judgedWithinMs)
  const probedMs = await waitFor(({ probe }) => probe !== 'pending', probedWithinMs)
  const missing = { differing: 0, unjudged: 0, misordered: 0, wrong: 0, unprobed: 0 }
  for (const [stream, taken] of streams) await look(stream, taken)
  return { ...missing, judgedMs, probedMs }

  async function waitFor(isSettled: (line: Line) => boolean, timeoutMs: number): Promise<number> {
    const begun = performance.now()
    for (const [stream, taken] of streams) {
      const left = timeoutMs - (performance.now() - begun)
      const isThrough = log.settling(stream, new Set(taken.map(({ upload }) => upload ?? '')), isSettled)
      await until(`the wire log of stream ${stream}`, isThrough, Math.max(0, left)).catch(() => undefined)
    }
    return performance.now() - begun
  }

  async function look(stream: string, taken: readonly SentUpload[]): Promise<void> {
    const lines = await log.all(stream)
    const byId = new Map(lines.map((line) => [line.id, line]))
    const found = taken.map(({ upload }) => byId.get(upload ?? ''))
    const bodies = await Promise.all(taken.map((one) => isKept(server, one)))
    missing.differing += countOf(bodies, (isSame) => !isSame)
    missing.unjudged += countOf(found, (line) => !line?.findings)
    missing.wrong += countOf(
      found,
      (line) => line?.findings?.some(({ severity }) => severity === 'error') ?? false,
    )
    missing.unprobed += countOf(found, (line) => line?.probe !== 'done')
    missing.misordered += misordered(taken, lines)
  }
}

const countOf = <Thing>(things: readonly Thing[], isSo: (thing: Thing) => boolean): number =>
  things.filter(isSo).length

async function isKept(server: Standalone, { stream, upload, sha256 }: SentUpload): Promise<boolean> {
  const body = await readBody(server, stream, upload ?? '').catch(() => null)
  return body !== null && sha256Of(body) === sha256
}

function misordered(taken: readonly SentUpload[], lines: readonly Line[]): number {
  const places = new Map(lines.map(({ id }, at) => [id, at]))
  const tracks = [...Map.groupBy(taken, ({ track }) => track).values()]
  return countOf(tracks, (track) => {
    const seen = track.flatMap(({ upload }) => places.get(upload ?? '') ?? [])
    return seen.some((place, at) => place < (seen[at - 1] ?? 0))
  })
}
