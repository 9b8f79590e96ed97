import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { Probes } from '../probes/ports.ts'
import type { Severity } from '../validation/rules.ts'
import type { Pages } from './pages.ts'
import type { StreamQueries, UploadLogPage } from './ports.ts'
import type { Streams } from './streams.ts'

/** Reads pages of a stream's uploads in arrival order. Throws the refusal `stream-unknown`. */
export type ReadUploadLog = (stream: string, query: LogQuery) => Promise<LogPage>

/** The uploads that a page of the wire log asks for. */
export interface LogQuery {
  readonly limit: number
  /** How many uploads are read, and held for a client that does not read, together. */
  readonly uploadsPerRead: number
  readonly place: LogPlace
  readonly filter: LogFilter
}

/** Where a page of the wire log begins or ends. */
export type LogPlace =
  /** The page begins at this position. */
  | { readonly kind: 'position'; readonly position: number }
  /** The page ends before this position. */
  | { readonly kind: 'before'; readonly position: number }
  /** The page begins at the first upload received at this time or later, Unix milliseconds. */
  | { readonly kind: 'time'; readonly atMs: number }

/** Null for what does not matter. */
interface LogFilter {
  readonly session: string | null
  /** Ids of uploads that belong to other sessions and are wanted as well; absent for none. */
  readonly shared?: readonly string[] | undefined
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

/** Every upload passes. */
export const noFilter: LogFilter = {
  session: null,
  track: null,
  severity: null,
  code: null,
  text: null,
  device: null,
  kind: null,
}

interface LogPage {
  /** Read as they are asked for, a few at a time. */
  readonly entries: Pages<LogEntry>
  /** Position of the first upload that was looked at. */
  readonly from: number
  /**
   * Position after the last one, once all entries have been read; null at the end. A page may be short or empty before
   * that, as `maxSearched` and `maxPageBytes` limit it.
   */
  next(): number | null
  /** Uploads in the whole log. */
  readonly total: number
}

/** An upload in the wire log, with the state of its probe. */
export interface LogEntry extends JudgedUpload {
  /** `pending` until a worker has probed it; null for a body that was cut off, which is not probed. */
  readonly probe: ProbeOutcome['state'] | 'pending' | null
}

/** Uploads that one page is searched for in. */
const maxSearched = 5_000
const maxPageBytes = 4_194_304

export function readUploadLogWith(
  streams: Pick<Streams, 'assertExists'>,
  index: Pick<StreamQueries, 'log' | 'logLength' | 'positionAt'>,
  probes: Pick<Probes, 'outcomeStates'>,
): ReadUploadLog {
  return async function readUploadLog(stream, query) {
    const { place } = query
    await streams.assertExists(stream)
    const total = await index.logLength(stream)
    if (place.kind === 'before') {
      const next = place.position < total ? place.position : null
      return { ...(await readBackwards(stream, place.position, query)), next: () => next, total }
    }
    const from = place.kind === 'time' ? await index.positionAt(stream, place.atMs) : place.position
    return { ...readForwards(stream, from, query), from, total }
  }

  function readForwards(stream: string, from: number, { limit, filter, uploadsPerRead }: LogQuery) {
    const matches = matcherOf(filter)
    const end = from + maxSearched
    let next: number | null = from
    return { entries: entries(), next: () => next }

    async function* entries(): AsyncGenerator<readonly LogEntry[]> {
      let [found, bytes] = [0, 0]
      while (next !== null && found < limit && bytes < maxPageBytes && next < end) {
        const page: UploadLogPage = await index.log(stream, next, uploadsPerRead)
        const wanted = page.uploads.filter(matches).slice(0, limit - found)
        const last = wanted.at(-1)
        found += wanted.length
        bytes += page.bytes
        next = found < limit || !last ? page.next : positionAfter(last, page)
        yield await withProbes(stream, wanted, probes)
      }
    }
  }

  /** Reads a whole page before it returns, because where the page begins shows only then. */
  async function readBackwards(stream: string, end: number, { limit, filter, uploadsPerRead }: LogQuery) {
    const matches = matcherOf(filter)
    const pages: (readonly JudgedUpload[])[] = []
    let [from, found, bytes] = [end, 0, 0]
    while (from > 0 && found < limit && bytes < maxPageBytes && from > end - maxSearched) {
      const begin = Math.max(0, from - Math.min(uploadsPerRead, limit))
      const page = await index.log(stream, begin, from - begin)
      const wanted = page.uploads.filter(matches).slice(found - limit)
      found += wanted.length
      bytes += page.bytes
      from = found < limit ? begin : (wanted[0]?.position ?? begin)
      pages.unshift(wanted)
    }
    return { entries: probedPages(stream, pages), from }
  }

  async function* probedPages(
    stream: string,
    pages: readonly (readonly JudgedUpload[])[],
  ): AsyncGenerator<readonly LogEntry[]> {
    for (const page of pages) yield await withProbes(stream, page, probes)
  }
}

function positionAfter({ position }: JudgedUpload, { uploads, next }: UploadLogPage): number | null {
  return next === null && position === uploads.at(-1)?.position ? null : position + 1
}

type Matches = (judged: JudgedUpload) => boolean

function matcherOf({ session, shared, track, severity, code, text, device, kind }: LogFilter): Matches {
  const wanted = text?.toLowerCase() ?? null
  return (judged) => {
    const { upload, findings } = judged
    return (
      isOfSession(judged, session, shared) &&
      (track === null || judged.track === track) &&
      (severity === null || findings.some((finding) => finding.severity === severity)) &&
      (code === null || findings.some((finding) => finding.code === code)) &&
      (wanted === null || upload.path.toLowerCase().includes(wanted)) &&
      (device === null || upload.sender.device?.fingerprint === device) &&
      (kind === null || upload.kind === kind)
    )
  }
}

/** Whether an upload is one of a session's, or is among those that it shares; with null for the session, each one is. */
export const isOfSession = (
  { upload, session: own }: Pick<JudgedUpload, 'upload' | 'session'>,
  session: string | null,
  shared: readonly string[] = [],
): boolean => session === null || own === session || shared.includes(upload.id)

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
