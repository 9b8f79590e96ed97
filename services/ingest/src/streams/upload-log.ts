import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { StreamQueries } from './ports.ts'
import type { Streams } from './streams.ts'

/** Uploads in arrival order, some at a time. */
export type ReadUploadLog = (stream: string, wish: LogQuery) => Promise<LogPage>

export interface LogQuery {
  readonly cursor: number
  readonly limit: number
  /** Null: all of them. */
  readonly session: string | null
  readonly track: string | null
  /** Only uploads with a finding of this severity. */
  readonly severity: Severity | null
}

export interface LogPage {
  readonly lines: readonly LogEntry[]
  /** Null at the end. A page may be short, or empty, with more to come: a search goes through so much at a time. */
  readonly next: number | null
}

export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker was there; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

const maxSearched = 5_000

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readLog(stream, wish) {
    await streams.assertExists(stream)
    const { found, next } = await search(stream, wish)
    const states = await probes.outcomeStates(
      stream,
      found.map(({ upload }) => upload.id),
    )
    const lines = found.map((judged, i) => ({ ...judged, probe: probeOf(judged, states[i] ?? null) }))
    return { lines, next }
  }

  async function search(stream: string, wish: LogQuery) {
    const found: JudgedUpload[] = []
    const isWanted = wantedBy(wish)
    let next: number | null = wish.cursor
    while (next !== null && found.length < wish.limit && next < wish.cursor + maxSearched) {
      const from: number = next
      const page = await index.log(stream, from, Math.min(wish.limit, 1_000))
      next = page.next
      for (const [i, judged] of page.uploads.entries()) {
        if (isWanted(judged)) found.push(judged)
        if (found.length < wish.limit) continue
        next = next === null && i === page.uploads.length - 1 ? null : from + i + 1
        break
      }
    }
    return { found, next }
  }
}

function wantedBy({ session, track, severity }: LogQuery) {
  return (judged: JudgedUpload): boolean =>
    (session === null || judged.session === session) &&
    (track === null || judged.track === track) &&
    (severity === null || judged.findings.some((finding) => finding.severity === severity))
}

function probeOf({ upload }: JudgedUpload, state: ProbeOutcome['state'] | null): LogEntry['probe'] {
  return upload.whole ? (state ?? 'pending') : null
}
