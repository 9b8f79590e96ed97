import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { Pages } from './pages.ts'
import type { StreamQueries, UploadLogPage } from './ports.ts'
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
  /** Read as they are asked for, a few at a time. */
  readonly lines: Pages<LogEntry>
  /**
   * Where the next page begins, once all lines have been read; null at the end. A page may be short, or empty, with
   * more to come: it holds 4 MiB at most, and a search goes through 5000 uploads at most.
   */
  next(): number | null
}

export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker was there; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

const maxSearched = 5_000
const maxPageBytes = 4_194_304
/** What is held for a client that does not read; with 4 KiB of headers and many findings each, some 200 KiB. */
const readAtOnce = 25

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readLog(stream, wish) {
    await streams.assertExists(stream)
    let next: number | null = wish.cursor
    return { lines: pages(), next: () => next }

    async function* pages(): AsyncGenerator<readonly LogEntry[]> {
      const isWanted = wantedBy(wish)
      const end = wish.cursor + maxSearched
      let [found, bytes] = [0, 0]
      while (next !== null && found < wish.limit && bytes < maxPageBytes && next < end) {
        const from: number = next
        const read = await index.log(stream, from, readAtOnce)
        const wanted = read.uploads.filter(isWanted).slice(0, wish.limit - found)
        const last = wanted.at(-1)
        found += wanted.length
        bytes += read.bytes
        next = found < wish.limit || !last ? read.next : nextAfter(last, from, read)
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

/** Where the log goes on after one of the uploads that were read from a place on. */
function nextAfter(last: JudgedUpload, from: number, { uploads, next }: UploadLogPage): number | null {
  const count = uploads.indexOf(last) + 1
  return next === null && count === uploads.length ? null : from + count
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
