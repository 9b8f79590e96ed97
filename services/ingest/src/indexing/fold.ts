import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { Inspection } from '../media/inspection.ts'
import { type Stream, withExpectedNames } from '../streams/stream.ts'
import { ancestorsOf } from '../uploads/object-path.ts'
import type { JournalEntry, Upload } from '../uploads/upload.ts'
import { type Finding, isAccepted } from '../validation/finding.ts'
import { withShared } from '../validation/sessions/shared-uploads.ts'
import { at, type Session, type State, type Track } from '../validation/state.ts'
import { type Arrival, type ValidationResult, validateUpload } from '../validation/validate-upload.ts'
import { type InitSegment, initFor } from './init-segments/init-segment.ts'
import {
  endWaiting,
  mayEndWaiting,
  type WaitingProbe,
  withWaitingProbe,
} from './init-segments/waiting-probes.ts'
import { type JudgedUpload, mediaOf, type StoredObject } from './judged-upload.ts'
import { addToTotals, type Totals, withoutObject, withWaiting } from './totals.ts'

/** What must be known of a stream before its next journal lines can be judged; see `requirementsOf`. */
export interface FoldInput {
  /** Null before the line that creates it. */
  readonly stream: Stream | null
  /** Init segments in the folders that the lines name. */
  readonly inits: readonly InitSegment[]
  /** The sessions that the lines may change. */
  readonly state: State
  /** The objects that stand at the lines' paths and in the place of folders above them. */
  readonly objects: ReadonlyMap<string, StoredObject>
  /** How many objects stand below the lines' paths and the folders above them. */
  readonly folders: ReadonlyMap<string, number>
  readonly totals: Totals
}

/** What journal lines come to: what is known after them and, in order, what happened to the stream's objects. */
export interface FoldResult extends FoldInput {
  /** By how many objects more or fewer stand below each folder whose count changed. */
  readonly folderDeltas: ReadonlyMap<string, number>
  readonly events: readonly ObjectEvent[]
  readonly jobs: readonly ProbeJob[]
  /** Sessions that new ones of the same numbers have taken the place of, as they ended. */
  readonly replaced: readonly Session[]
}

export type ObjectEvent =
  | ({ readonly kind: 'judged' } & JudgedUpload &
      Pick<ValidationResult, 'list' | 'preconditions' | 'withdrawn'> & {
        /** Whether nothing stood at the path before. */
        readonly isNew: boolean
        /** Whether the session lists the path for the first time. */
        readonly isListed: boolean
        readonly place: Place
        /** What the upload is instead of media, for a message, as its probe's outcome. Null where a worker has to probe it. */
        readonly nonMedia: string | null
        /** What stood at the path before; null for nothing. */
        readonly previous: StoredObject | null
        readonly sessionEvents: ValidationResult['events']
      })
  | { readonly kind: 'deleted'; readonly path: string; readonly previous: StoredObject | null }

export const pathOfEvent = (event: ObjectEvent): string =>
  event.kind === 'deleted' ? event.path : event.upload.path

/**
 * `object`: it is now what stands at its path. `beside`: found by its path, but its path clashes with an object
 * that stands. `none`: cut off, or nothing but the end of a track behind what stands there.
 */
type Place = 'object' | 'beside' | 'none'

/** What the bytes of an upload say; null when they were cut off or are gone. */
type InspectionOf = (upload: string) => Inspection | null

/** Folds journal lines, in order, into what is known. This is the one place that judges. */
export function fold(
  id: string,
  known: FoldInput,
  entries: readonly JournalEntry[],
  how: FoldWith,
): FoldResult {
  const draft: Draft = {
    stream: known.stream,
    inits: known.inits,
    state: known.state,
    objects: new Map(known.objects),
    folders: new Map(known.folders),
    totals: known.totals,
    folderDeltas: new Map(),
    events: [],
    jobs: [],
    replaced: [],
  }
  for (const entry of entries) foldOne(id, draft, entry, how)
  return draft
}

/** What comes of the lines so far. It is changed in place: of thousands of lines, copies would take minutes. */
interface Draft {
  stream: Stream | null
  inits: readonly InitSegment[]
  state: State
  readonly objects: Map<string, StoredObject>
  readonly folders: Map<string, number>
  readonly folderDeltas: Map<string, number>
  totals: Totals
  readonly events: ObjectEvent[]
  readonly jobs: ProbeJob[]
  readonly replaced: Session[]
}

interface FoldWith {
  readonly inspectionOf: InspectionOf
  /** After how long a silence a session ends. */
  readonly idleMs: number
  /** Called for each upload that could not be judged. */
  onFault(upload: Upload, error: unknown): void
}

function foldOne(id: string, draft: Draft, entry: JournalEntry, how: FoldWith): void {
  switch (entry.kind) {
    case 'stream-created':
      draft.stream = created(id, entry)
      return
    case 'tracks-expected':
      if (draft.stream) draft.stream = withExpectedNames(draft.stream, draft.totals.uploads, entry.names)
      return
    case 'expectations-set':
      if (draft.stream) draft.stream = { ...draft.stream, expectations: entry.expectations }
      return
    case 'object-deleted':
      foldDeletion(draft, entry.path)
      return
    // A removal comes alone: `foldRemoval`.
    case 'uploads-removed':
      return
    case 'upload':
      if (draft.stream) foldUpload(draft.stream, draft, entry.upload, how)
  }
}

function foldDeletion(draft: Draft, path: string): void {
  const previous = draft.objects.get(path) ?? null
  if (draft.objects.delete(path)) count(draft, path, -1)
  draft.inits = draft.inits.filter((init) => init.path !== path)
  draft.totals = withoutObject(draft.totals, previous)
  draft.events.push({ kind: 'deleted', path, previous })
}

function foldUpload(stream: Stream, draft: Draft, upload: Upload, how: FoldWith): void {
  const previous = draft.objects.get(upload.path) ?? null
  const clashes = clashesWith(draft, upload.path)
  const inspection = how.inspectionOf(upload.id)
  const arrival = { upload, inspection, previous: previous?.sha256 ?? null, clashes }
  const judged = verdictOn(stream, draft.state, arrival, how)
  const { state, findings, session, track, list, preconditions, withdrawn, events: sessionEvents } = judged
  const place = placeOf(arrival)
  const isNew = previous === null && place === 'object'
  const init = upload.kind === 'segment' ? initOf(stream, draft, upload, judged) : null
  const knownTrack = trackOf(state, session, track)
  const media = mediaOf(upload, inspection, knownTrack)
  const { uploads: position } = draft.totals
  const initFacts = upload.kind === 'init' ? (inspection?.init ?? null) : null
  const status = statusOf(stream, upload, findings)
  const nonMedia = place === 'none' ? null : (inspection?.nonMedia ?? null)
  const judgement = { upload, findings, session, track, status, position, init, media, initFacts }
  draft.state = withInitOfOther(draft, state, { session, init })
  if (judged.replaced) draft.replaced.push(judged.replaced)
  draft.totals = addToTotals(draft.totals, judgement, {
    isVideo: knownTrack?.init?.handler === 'vide',
    withdrawn,
  })
  draft.events.push({
    kind: 'judged',
    ...judgement,
    list,
    preconditions,
    withdrawn,
    isNew,
    isListed: isNew || isFirstInSession(session, previous),
    place,
    nonMedia,
    previous,
    sessionEvents,
  })
  if (place === 'none') return
  if (nonMedia === null) draft.jobs.push({ stream: stream.id, upload: upload.id, path: upload.path, init })
  addObject(stream, draft, judgement, place, isNew)
}

/** The init segment of an upload. On cmaf-ingest streams validation knows the track's; on dash and hls it is in the folder. */
const initOf = (
  stream: Stream,
  { inits }: Draft,
  { path }: Upload,
  { init }: ValidationResult,
): string | null => init ?? (stream.interface === 'cmaf-ingest' ? null : initFor(path, inits))

/** The state once a segment needs an init segment that is not of its session; of dash and hls streams. */
function withInitOfOther(
  { inits }: Draft,
  state: State,
  { session, init }: Pick<JudgedUpload, 'session' | 'init'>,
): State {
  if (session === null || init === null) return state
  const known = inits.find(({ upload }) => upload === init)
  const isOfOther = known?.session === undefined ? isLater(session) : known.session !== session
  return known && isOfOther ? withShared(state, session, init) : state
}

function placeOf({ upload, inspection, previous, clashes }: Arrival): Place {
  if (!upload.whole || (previous !== null && isEndOnly(inspection))) return 'none'
  return clashes ? 'beside' : 'object'
}

const isEndOnly = (inspection: Inspection | null): boolean =>
  inspection?.kind === 'other' && inspection.endsTrack

function addObject(
  stream: Stream,
  draft: Draft,
  judged: Pick<JudgedUpload, 'upload' | 'session' | 'track' | 'init'>,
  place: Place,
  isNew: boolean,
): void {
  const { upload, session, init } = judged
  const { id, path, sha256 } = upload
  // On cmaf-ingest streams validation knows the init segment of a track, and a folder may have one for each clip.
  if (stream.interface !== 'cmaf-ingest') draft.inits = withInit(draft.inits, upload, session)
  const { waitingProbes } = draft.totals
  if (upload.kind === 'segment' && init === null)
    draft.totals = withWaiting(draft.totals, withWaitingProbe(waitingProbes ?? [], judged))
  else if (waitingProbes && mayEndWaiting(waitingProbes, judged)) repeatProbes(stream, draft, waitingProbes)
  if (place === 'beside') return
  draft.objects.set(path, { upload: id, sha256, ...laterSessionOf(session) })
  if (isNew) count(draft, path, 1)
}

/** Whether a session's number was used before: its id is the number, a dot, and how often. */
export const isLater = (session: string | null): session is string =>
  session !== null && /\.\d+$/.test(session)

/** A session as objects name it: only where it is not the first of its number, which few are. */
export const laterSessionOf = (session: string | null): { readonly session?: string } =>
  isLater(session) ? { session } : {}

/** Like `laterSessionOf`, for an init segment, which may belong to no session. */
export const sessionOfInit = (session: string | null): Pick<InitSegment, 'session'> =>
  session === null ? { session } : laterSessionOf(session)

const isFirstInSession = (session: string | null, previous: StoredObject | null): boolean =>
  isLater(session) && previous?.session !== session

/** Has segments probed that came before their init segment, once that one has come. */
function repeatProbes(stream: Stream, draft: Draft, waiting: readonly WaitingProbe[]): void {
  const initOf = ({ path, session, track }: WaitingProbe) =>
    stream.interface === 'cmaf-ingest'
      ? (trackOf(draft.state, session, track)?.initUpload ?? null)
      : initFor(path, draft.inits)
  const { jobs, left } = endWaiting(stream.id, waiting, initOf)
  if (jobs.length === 0) return
  draft.jobs.push(...jobs)
  const sessionOf = new Map(waiting.map(({ upload, session }) => [upload, session]))
  for (const { upload, init } of jobs)
    draft.state = withInitOfOther(draft, draft.state, { session: sessionOf.get(upload) ?? null, init })
  draft.totals = withWaiting(draft.totals, left)
}

/** A bug that shows in one verdict must not stop those after it: such an upload goes without findings. */
function verdictOn(
  stream: Stream,
  state: State,
  arrival: Arrival,
  { idleMs, onFault }: FoldWith,
): ValidationResult {
  try {
    return validateUpload(stream, state, arrival, idleMs)
  } catch (error) {
    onFault(arrival.upload, error)
    return {
      state,
      findings: [],
      session: null,
      track: null,
      init: null,
      list: null,
      events: [],
      preconditions: [],
      withdrawn: [],
      replaced: null,
    }
  }
}

function statusOf({ strict }: Stream, upload: Upload, findings: readonly Finding[]): number | null {
  if (upload.undecodable !== undefined) return 400
  if (upload.fault?.isRefused) return upload.fault.status
  if (!upload.whole || upload.part) return null
  return strict && !isAccepted(findings) ? 400 : 202
}

/** The track as it is after an upload of it; null where the upload belongs to none. */
function trackOf(state: State, session: string | null, track: string | null): Track | null {
  if (session === null || track === null) return null
  for (const found of Object.values(state.sessions))
    if (found.id === session) return at(found.tracks, track) ?? null
  return null
}

/** A file where a folder is, or a folder where a file is. The one that came first stays. */
function clashesWith({ objects, folders }: Draft, path: string): boolean {
  return (folders.get(path) ?? 0) > 0 || ancestorsOf(path).some((folder) => objects.has(folder))
}

function count({ folders, folderDeltas }: Draft, path: string, by: 1 | -1): void {
  for (const folder of ancestorsOf(path)) {
    folders.set(folder, (folders.get(folder) ?? 0) + by)
    folderDeltas.set(folder, (folderDeltas.get(folder) ?? 0) + by)
  }
}

function withInit(
  inits: readonly InitSegment[],
  { kind, path, id }: Upload,
  session: string | null,
): readonly InitSegment[] {
  if (kind !== 'init') return inits
  const init = { path, upload: id, ...sessionOfInit(session) }
  return [...inits.filter((known) => known.path !== path), init]
}

const created = (id: string, entry: Extract<JournalEntry, { kind: 'stream-created' }>): Stream => ({
  id,
  interface: entry.interface,
  strict: entry.strict,
  creator: entry.creator,
  createdAt: entry.at,
  expectedTrackNames: null,
  expectations: null,
})
