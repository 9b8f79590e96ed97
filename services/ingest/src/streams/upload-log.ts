import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/fold.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { StreamQueries } from './ports.ts'
import type { Streams } from './streams.ts'

/** Reads pages of a stream's uploads in arrival order. Throws the refusal `stream-unknown`. */
export type ReadUploadLog = (stream: string, query: LogQuery) => Promise<LogPage>

export interface LogQuery {
  readonly limit: number
  /** Where the page begins or ends. */
  readonly place: LogPlace
  readonly filter: LogFilter
}

export type LogPlace =
  /** It begins at this position. */
  | { readonly kind: 'position'; readonly position: number }
  /** It ends before this position. */
  | { readonly kind: 'before'; readonly position: number }
  /** It begins at the first upload received at this time, Unix milliseconds. */
  | { readonly kind: 'time'; readonly atMs: number }

/** Null for what does not matter. */
interface LogFilter {
  readonly session: string | null
  readonly track: string | null
  /** Only uploads with a finding of this severity. */
  readonly severity: Severity | null
  /** Only uploads with a finding of this code. */
  readonly code: string | null
  /** In the path, in any case. */
  readonly text: string | null
  /** Fingerprint of the client certificate. */
  readonly device: string | null
  readonly kind: string | null
}

interface LogPage {
  readonly entries: readonly LogEntry[]
  /** Position of the first upload that was looked at. */
  readonly from: number
  /** Position after the last one; null at the end. A page may be short or empty before that, see `maxSearched`. */
  readonly next: number | null
  /** Uploads in the whole log. */
  readonly total: number
}

export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker has probed it; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

/** Uploads that one page is searched for in. */
const maxSearched = 5_000
const maxRead = 1_000

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log' | 'positionAt'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readUploadLog(stream, { limit, place, filter }) {
    await streams.assertExists(stream)
    const matches = matcherOf(filter)
    const { found, ...page } =
      place.kind === 'before'
        ? await searchBackwards(stream, place.position, limit, matches)
        : await search(stream, await beginOf(stream, place), limit, matches)
    return { ...page, entries: await withProbes(stream, found, probes) }
  }

  async function beginOf(stream: string, place: LogPlace): Promise<number> {
    return place.kind === 'time' ? index.positionAt(stream, place.atMs) : place.position
  }

  async function search(stream: string, begin: number, limit: number, matches: Matches) {
    const found: JudgedUpload[] = []
    let [next, total]: [number | null, number] = [begin, 0]
    while (next !== null && found.length < limit && next < begin + maxSearched) {
      const page = await index.log(stream, next, Math.min(limit, maxRead))
      next = page.next
      total = page.total
      for (const judged of page.uploads) {
        if (matches(judged)) found.push(judged)
        if (found.length < limit) continue
        next = judged.position + 1 < page.total ? judged.position + 1 : null
        break
      }
    }
    return { found, from: begin, next, total }
  }

  async function searchBackwards(stream: string, end: number, limit: number, matches: Matches) {
    const found: JudgedUpload[] = []
    let [from, total] = [end, 0]
    while (from > 0 && found.length < limit && from > end - maxSearched) {
      const begin = Math.max(0, from - Math.min(limit, maxRead))
      const page = await index.log(stream, begin, from - begin)
      total = page.total
      from = begin
      for (const judged of page.uploads.toReversed()) {
        if (matches(judged)) found.unshift(judged)
        if (found.length < limit) continue
        from = judged.position
        break
      }
    }
    if (total === 0) total = (await index.log(stream, end, 1)).total
    return { found, from, next: end < total ? end : null, total }
  }
}

type Matches = (judged: JudgedUpload) => boolean

function matcherOf({ session, track, severity, code, text, device, kind }: LogFilter): Matches {
  const wanted = text?.toLowerCase() ?? null
  return ({ upload, findings, ...judged }) =>
    (session === null || judged.session === session) &&
    (track === null || judged.track === track) &&
    (severity === null || findings.some((finding) => finding.severity === severity)) &&
    (code === null || findings.some((finding) => finding.code === code)) &&
    (wanted === null || upload.path.toLowerCase().includes(wanted)) &&
    (device === null || upload.sender.device?.fingerprint === device) &&
    (kind === null || upload.kind === kind)
}

/** The uploads with the states of their probes. */
export async function withProbes(
  stream: string,
  uploads: readonly JudgedUpload[],
  probes: Pick<Probes, 'outcomeStates'>,
): Promise<readonly LogEntry[]> {
  const states = await probes.outcomeStates(
    stream,
    uploads.map(({ upload }) => upload.id),
  )
  return uploads.map((judged, i) => ({ ...judged, probe: probeOf(judged, states[i] ?? null) }))
}

function probeOf({ upload }: JudgedUpload, state: ProbeOutcome['state'] | null): LogEntry['probe'] {
  return upload.whole ? (state ?? 'pending') : null
}
