import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { type InitSegment, initFor } from './init-segment.ts'
import type { Inspection } from './inspection.ts'
import type { Finding } from './judge/finding.ts'
import { type Arrival, type Judged, judge } from './judge/judge.ts'
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
        readonly place: Place
        readonly sessionEvents: Judged['events']
      })
  | { readonly kind: 'deleted'; readonly path: string; readonly stood: boolean }

/**
 * `object`: it is now what stands at its path. `beside`: found by its path, but its path clashes with an object
 * that stands. `none`: cut off, or nothing but the end of a track behind what stands there.
 */
export type Place = 'object' | 'beside' | 'none'

/** What the bytes of an upload say; null when they were cut off or are gone. */
export type InspectionOf = (upload: string) => Inspection | null

/** Folds journal lines, in order, into what is known. This is the one place that judges. */
export function fold(id: string, known: Known, entries: readonly JournalEntry[], how: FoldWith): Folded {
  const start: Folded = { ...known, events: [], jobs: [] }
  return entries.reduce((folded, entry) => foldOne(id, folded, entry, how), start)
}

interface FoldWith {
  readonly inspectionOf: InspectionOf
  /** After how long a silence a session ends. */
  readonly idleMs: number
  /** Hears of uploads that could not be judged. */
  onFault(upload: Upload, error: unknown): void
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
  const inits = folded.inits.filter((init) => init.path !== path)
  return { ...folded, inits, digests, folders, events: [...folded.events, { kind: 'deleted', path, stood }] }
}

function foldUpload(stream: Stream, before: Folded, upload: Upload, how: FoldWith): Folded {
  const previous = at(before.digests, upload.path) ?? null
  const clashes = clashesWith(before, upload.path)
  const inspection = how.inspectionOf(upload.id)
  const arrival = { upload, inspection, previous, clashes }
  const { state, events: sessionEvents, ...judged } = verdictOn(stream, before.state, arrival, how)
  const place = placeOf(arrival)
  const isNew = previous === null && place === 'object'
  const event = { kind: 'judged', upload, ...judged, isNew, place, sessionEvents } as const
  const folded = { ...before, state, events: [...before.events, event] }
  return place === 'none' ? folded : withObject(stream, folded, upload, place, isNew)
}

function placeOf({ upload, inspection, previous, clashes }: Arrival): Place {
  if (!upload.whole || (previous !== null && isEndOnly(inspection))) return 'none'
  return clashes ? 'beside' : 'object'
}

const isEndOnly = (inspection: Inspection | null): boolean =>
  inspection?.kind === 'other' && inspection.endsTrack

function withObject(stream: Stream, folded: Folded, upload: Upload, place: Place, isNew: boolean): Folded {
  const init = upload.kind === 'segment' ? initFor(upload.path, folded.inits) : null
  const jobs = [...folded.jobs, { stream: stream.id, upload: upload.id, path: upload.path, init }]
  const inits = withInit(folded.inits, upload)
  if (place === 'beside') return { ...folded, jobs, inits }
  const digests = { ...folded.digests, [upload.path]: upload.sha256 }
  const folders = isNew ? counted(folded.folders, upload.path, 1) : folded.folders
  return { ...folded, digests, folders, jobs, inits }
}

/** A fault of ours in one verdict must not keep those after it waiting: such an upload goes without. */
function verdictOn(stream: Stream, state: State, arrival: Arrival, { idleMs, onFault }: FoldWith): Judged {
  try {
    return judge(stream, state, arrival, idleMs)
  } catch (error) {
    onFault(arrival.upload, error)
    return { state, findings: [], session: null, track: null, list: null, events: [], situations: [] }
  }
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
