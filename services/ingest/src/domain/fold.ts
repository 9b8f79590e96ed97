import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { type InitSegment, initOf } from './init-segment.ts'
import type { Inspection } from './inspection.ts'
import type { Finding } from './judge/finding.ts'
import { type Judged, judge } from './judge/judge.ts'
import type { State } from './judge/state.ts'
import type { Stream } from './stream.ts'
import type { JournalEntry, Upload } from './upload.ts'

/** What must be known of a stream before its next journal lines can be judged. */
export interface Known {
  /** Null before the line that creates it. */
  readonly stream: Stream | null
  /** Init segments in the folders that the lines speak of. */
  readonly inits: readonly InitSegment[]
  /** The sessions that the lines speak of. */
  readonly state: State
  /** SHA-256 of the newest whole upload at each of the lines' paths. */
  readonly digests: Readonly<Record<string, string>>
}

/** An upload and what was found. */
export interface JudgedUpload {
  readonly upload: Upload
  readonly findings: readonly Finding[]
  /** Id of the session that it belongs to; null for none. */
  readonly session: string | null
}

/** What journal lines come to: what is known after them and, in order, what happened to the stream's objects. */
export interface Folded extends Known {
  readonly events: readonly ObjectEvent[]
  readonly jobs: readonly ProbeJob[]
}

export type ObjectEvent =
  | ({ readonly kind: 'judged'; readonly isNew: boolean } & JudgedUpload &
      Pick<Judged, 'list' | 'situations'>)
  | { readonly kind: 'deleted'; readonly path: string }

/** What the bytes of an upload say; null when they were cut off or are gone. */
export type InspectionOf = (upload: string) => Inspection | null

/** Folds journal lines, in order, into what is known. This is the one place that judges. */
export function fold(
  id: string,
  known: Known,
  entries: readonly JournalEntry[],
  inspectionOf: InspectionOf,
): Folded {
  const start: Folded = { ...known, events: [], jobs: [] }
  return entries.reduce((folded, entry) => foldOne(id, folded, entry, inspectionOf), start)
}

function foldOne(id: string, folded: Folded, entry: JournalEntry, inspectionOf: InspectionOf): Folded {
  switch (entry.kind) {
    case 'stream-created':
      return { ...folded, stream: created(id, entry) }
    case 'tracks-expected':
      return { ...folded, stream: folded.stream && { ...folded.stream, expectedTrackNames: entry.names } }
    case 'object-deleted':
      return {
        ...withoutDigest(folded, entry.path),
        events: [...folded.events, { kind: 'deleted', path: entry.path }],
      }
    case 'upload':
      return folded.stream ? foldUpload(folded.stream, folded, entry.upload, inspectionOf(entry.id)) : folded
  }
}

function foldUpload(stream: Stream, before: Folded, upload: Upload, inspection: Inspection | null): Folded {
  const previous = Object.hasOwn(before.digests, upload.path) ? (before.digests[upload.path] ?? null) : null
  const { state, findings, session, list, situations } = judge(stream, before.state, {
    upload,
    inspection,
    previous,
    clashes: false,
  })
  const event = {
    kind: 'judged',
    isNew: previous === null,
    upload,
    findings,
    session,
    list,
    situations,
  } as const
  const folded = { ...before, state, events: [...before.events, event] }
  if (!upload.whole) return folded
  const digests = { ...folded.digests, [upload.path]: upload.sha256 }
  const init = upload.kind === 'segment' ? initOf(upload.path, folded.inits) : null
  const jobs = [...folded.jobs, { stream: stream.id, upload: upload.id, path: upload.path, init }]
  return { ...folded, digests, jobs, inits: withInit(folded.inits, upload) }
}

function withInit(inits: readonly InitSegment[], { kind, path, id }: Upload): readonly InitSegment[] {
  if (kind !== 'init') return inits
  return [...inits.filter((known) => known.path !== path), { path, upload: id }]
}

function withoutDigest(folded: Folded, path: string): Folded {
  const { [path]: _gone, ...digests } = folded.digests
  return { ...folded, digests }
}

const created = (id: string, entry: Extract<JournalEntry, { kind: 'stream-created' }>): Stream => ({
  id,
  interface: entry.interface,
  strict: entry.strict,
  creator: entry.creator,
  expectedTrackNames: null,
})
