import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { type InitSegment, initOf } from './init-segment.ts'
import { type Finding, judge } from './judge.ts'
import type { Stream } from './stream.ts'
import type { JournalEntry, Upload } from './upload.ts'

/** What must be known of a stream before its next journal lines can be judged. */
export interface Known {
  /** Null before the line that creates it. */
  readonly stream: Stream | null
  /** Init segments in the folders that the lines speak of. */
  readonly inits: readonly InitSegment[]
}

/** An upload and what was found. */
export interface JudgedUpload {
  readonly upload: Upload
  readonly findings: readonly Finding[]
}

/** What journal lines come to: the stream after them and, in order, what happened to its objects. */
export interface Folded extends Known {
  readonly events: readonly ObjectEvent[]
  readonly jobs: readonly ProbeJob[]
}

export type ObjectEvent =
  | ({ readonly kind: 'judged' } & JudgedUpload)
  | { readonly kind: 'deleted'; readonly path: string }

/** Folds journal lines, in order, into what is known. This is the one place that judges. */
export function fold(id: string, known: Known, entries: readonly JournalEntry[]): Folded {
  const start: Folded = { ...known, events: [], jobs: [] }
  return entries.reduce((folded, entry) => foldOne(id, folded, entry), start)
}

function foldOne(id: string, folded: Folded, entry: JournalEntry): Folded {
  switch (entry.kind) {
    case 'stream-created':
      return { ...folded, stream: created(id, entry) }
    case 'tracks-expected':
      return { ...folded, stream: folded.stream && { ...folded.stream, expectedTrackNames: entry.names } }
    case 'object-deleted':
      return { ...folded, events: [...folded.events, { kind: 'deleted', path: entry.path }] }
    case 'upload':
      return foldUpload(id, folded, entry.upload)
  }
}

function foldUpload(stream: string, folded: Folded, upload: Upload): Folded {
  const events = [...folded.events, { kind: 'judged' as const, upload, findings: judge(upload) }]
  if (!upload.whole) return { ...folded, events }
  const init = upload.kind === 'segment' ? initOf(upload.path, folded.inits) : null
  const jobs = [...folded.jobs, { stream, upload: upload.id, path: upload.path, init }]
  if (upload.kind !== 'init') return { ...folded, events, jobs }
  const others = folded.inits.filter((known) => known.path !== upload.path)
  return { ...folded, events, jobs, inits: [...others, { path: upload.path, upload: upload.id }] }
}

const created = (id: string, entry: Extract<JournalEntry, { kind: 'stream-created' }>): Stream => ({
  id,
  interface: entry.interface,
  strict: entry.strict,
  creator: entry.creator,
  expectedTrackNames: null,
})
