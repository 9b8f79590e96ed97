import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { StreamQueries } from './ports.ts'
import type { Streams } from './streams.ts'

/** Reads a page of a stream's uploads in arrival order. Throws the refusal `stream-unknown`. */
export type ReadUploadLog = (stream: string, query: LogQuery) => Promise<LogPage>

interface LogQuery {
  /** Place in the log at which the page begins. */
  readonly cursor: number
  readonly limit: number
  /** Null for all sessions. */
  readonly session: string | null
  readonly track: string | null
  /** Only uploads with a finding of this severity. */
  readonly severity: Severity | null
}

interface LogPage {
  readonly entries: readonly LogEntry[]
  /** Cursor of the next page; null at the end. A page may be short or empty before that, as `maxSearched` limits it. */
  readonly next: number | null
}

export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker has probed it; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

/** Uploads that one page is searched for in. */
const maxSearched = 5_000

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readUploadLog(stream, query) {
    await streams.assertExists(stream)
    const { found, next } = await search(stream, query)
    const states = await probes.outcomeStates(
      stream,
      found.map(({ upload }) => upload.id),
    )
    const entries = found.map((judged, i) => ({ ...judged, probe: probeOf(judged, states[i] ?? null) }))
    return { entries, next }
  }

  async function search(stream: string, query: LogQuery) {
    const found: JudgedUpload[] = []
    const matches = matcherOf(query)
    let next: number | null = query.cursor
    while (next !== null && found.length < query.limit && next < query.cursor + maxSearched) {
      const from: number = next
      const page = await index.log(stream, from, Math.min(query.limit, 1_000))
      next = page.next
      for (const [i, judged] of page.uploads.entries()) {
        if (matches(judged)) found.push(judged)
        if (found.length < query.limit) continue
        next = next === null && i === page.uploads.length - 1 ? null : from + i + 1
        break
      }
    }
    return { found, next }
  }
}

function matcherOf({ session, track, severity }: LogQuery) {
  return (judged: JudgedUpload): boolean =>
    (session === null || judged.session === session) &&
    (track === null || judged.track === track) &&
    (severity === null || judged.findings.some((finding) => finding.severity === severity))
}

function probeOf({ upload }: JudgedUpload, state: ProbeOutcome['state'] | null): LogEntry['probe'] {
  return upload.whole ? (state ?? 'pending') : null
}
