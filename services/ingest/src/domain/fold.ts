import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { type InitSegment, initOf } from './init-segment.ts'
import type { Inspection } from './inspection.ts'
import type { Finding } from './judge/finding.ts'
import { type Judged, judge } from './judge/judge.ts'
import { at, type State } from './judge/state.ts'
import { ancestorsOf } from './object-path.ts'
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
  /** SHA-256 of the objects that stand at the lines' paths and in the place of folders above them. */
  readonly digests: Readonly<Record<string, string>>
  /** How many objects stand below the lines' paths and the folders above them. */
  readonly folders: Readonly<Record<string, number>>
}

/** An upload and what was found. */
export interface JudgedUpload {
  readonly upload: Upload
  readonly findings: readonly Finding[]
  /** Id of the session that it belongs to; null for none. */
  readonly session: string | null
  readonly track: string | null
}

/** What journal lines come to: what is known after them and, in order, what happened to the stream's objects. */
export interface Folded extends Known {
  readonly events: readonly ObjectEvent[]
  readonly jobs: readonly ProbeJob[]
}

export type ObjectEvent =
  | ({ readonly kind: 'judged' } & JudgedUpload &
      Pick<Judged, 'list' | 'situations'> & {
        /** Nothing stood at its path before it. */
        readonly isNew: boolean
        /** It is kept without becoming the object at its path. */
        readonly clashes: boolean
        readonly sessionEvents: Judged['events']
      })
  | { readonly kind: 'deleted'; readonly path: string; readonly stood: boolean }

/** What the bytes of an upload say; null when they were cut off or are gone. */
export type InspectionOf = (upload: string) => Inspection | null

/** Folds journal lines, in order, into what is known. This is the one place that judges. */
export function fold(
  id: string,
  known: Known,
  entries: readonly JournalEntry[],
  { inspectionOf, idleMs }: FoldWith,
): Folded {
  const start: Folded = { ...known, events: [], jobs: [] }
  return entries.reduce((folded, entry) => foldOne(id, folded, entry, { inspectionOf, idleMs }), start)
}

interface FoldWith {
  readonly inspectionOf: InspectionOf
  /** After how long a silence a session ends. */
  readonly idleMs: number
}

function foldOne(id: string, folded: Folded, entry: JournalEntry, how: FoldWith): Folded {
  switch (entry.kind) {
    case 'stream-created':
      return { ...folded, stream: created(id, entry) }
    case 'tracks-expected':
      return { ...folded, stream: folded.stream && { ...folded.stream, expectedTrackNames: entry.names } }
    case 'object-deleted':
      return foldDeletion(folded, entry.path)
    case 'upload':
      return folded.stream ? foldUpload(folded.stream, folded, entry.upload, how) : folded
  }
}

function foldDeletion(folded: Folded, path: string): Folded {
  const { [path]: digest, ...digests } = folded.digests
  const stood = digest !== undefined
  const folders = stood ? counted(folded.folders, path, -1) : folded.folders
  return { ...folded, digests, folders, events: [...folded.events, { kind: 'deleted', path, stood }] }
}

function foldUpload(stream: Stream, before: Folded, upload: Upload, how: FoldWith): Folded {
  const previous = at(before.digests, upload.path) ?? null
  const clashes = clashesWith(before, upload.path)
  const arrival = { upload, inspection: how.inspectionOf(upload.id), previous, clashes }
  const { state, events: sessionEvents, ...judged } = judge(stream, before.state, arrival, how.idleMs)
  const isNew = previous === null && !clashes
  const event = { kind: 'judged', upload, ...judged, isNew, clashes, sessionEvents } as const
  const folded = { ...before, state, events: [...before.events, event] }
  if (!upload.whole) return folded
  const init = upload.kind === 'segment' ? initOf(upload.path, folded.inits) : null
  const jobs = [...folded.jobs, { stream: stream.id, upload: upload.id, path: upload.path, init }]
  const inits = withInit(folded.inits, upload)
  if (clashes) return { ...folded, jobs, inits }
  const digests = { ...folded.digests, [upload.path]: upload.sha256 }
  const folders = isNew ? counted(folded.folders, upload.path, 1) : folded.folders
  return { ...folded, digests, folders, jobs, inits }
}

/** A file where a folder is, or a folder where a file is. What came first stays. */
function clashesWith({ digests, folders }: Known, path: string): boolean {
  return (at(folders, path) ?? 0) > 0 || ancestorsOf(path).some((folder) => Object.hasOwn(digests, folder))
}

function counted(folders: Known['folders'], path: string, by: 1 | -1): Known['folders'] {
  const changed = ancestorsOf(path).map((folder) => [folder, (at(folders, folder) ?? 0) + by] as const)
  return { ...folders, ...Object.fromEntries(changed) }
}

function withInit(inits: readonly InitSegment[], { kind, path, id }: Upload): readonly InitSegment[] {
  if (kind !== 'init') return inits
  return [...inits.filter((known) => known.path !== path), { path, upload: id }]
}

const created = (id: string, entry: Extract<JournalEntry, { kind: 'stream-created' }>): Stream => ({
  id,
  interface: entry.interface,
  strict: entry.strict,
  creator: entry.creator,
  expectedTrackNames: null,
})
