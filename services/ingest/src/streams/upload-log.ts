import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { Pages } from './pages.ts'
import type { StreamQueries, UploadLogPage } from './ports.ts'
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
  /** Read as they are asked for, a few at a time. */
  readonly entries: Pages<LogEntry>
  /**
   * Cursor of the next page, once all entries have been read; null at the end. A page may be short or empty before
   * that, as `maxSearched` and `maxPageBytes` limit it.
   */
  next(): number | null
}

export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker has probed it; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

/** Uploads that one page is searched for in. */
const maxSearched = 5_000

const maxPageBytes = 4_194_304
/** Held for a client that does not read: some 200 KiB, with 4 KiB of headers and many findings each. */
const readAtOnce = 25

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readUploadLog(stream, query) {
    await streams.assertExists(stream)
    const matches = matcherOf(query)
    let next: number | null = query.cursor
    return { entries: entries(), next: () => next }

    async function* entries(): AsyncGenerator<readonly LogEntry[]> {
      const end = query.cursor + maxSearched
      let [found, bytes] = [0, 0]
      while (next !== null && found < query.limit && bytes < maxPageBytes && next < end) {
        const from: number = next
        const page = await index.log(stream, from, readAtOnce)
        const wanted = page.uploads.filter(matches).slice(0, query.limit - found)
        const last = wanted.at(-1)
        found += wanted.length
        bytes += page.bytes
        next = found < query.limit || !last ? page.next : cursorAfter(last, from, page)
        yield await withStates(stream, wanted)
      }
    }
  }

  async function withStates(stream: string, found: readonly JudgedUpload[]): Promise<LogEntry[]> {
    const states = await probes.outcomeStates(
      stream,
      found.map(({ upload }) => upload.id),
    )
    return found.map((judged, i) => ({ ...judged, probe: probeOf(judged, states[i] ?? null) }))
  }
}

/** The cursor after one of the uploads that were read from a place on. */
function cursorAfter(last: JudgedUpload, from: number, { uploads, next }: UploadLogPage): number | null {
  const count = uploads.indexOf(last) + 1
  return next === null && count === uploads.length ? null : from + count
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
