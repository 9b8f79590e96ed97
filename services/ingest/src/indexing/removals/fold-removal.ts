import type { SessionView } from '../../streams/session-view.ts'
import { ancestorsOf } from '../../uploads/object-path.ts'
import type { UploadsRemoval } from '../../uploads/upload.ts'
import { worstOf } from '../../validation/finding.ts'
import { type CodeWithSeverity, codesWithSeverityOf } from '../../validation/report.ts'
import type { Order, Session, SessionCounts, Track } from '../../validation/state.ts'
import type { JudgedUpload, StoredObject } from '../judged-upload.ts'
import { type Totals, withWaiting } from '../totals.ts'

/** What must be known of a stream before uploads are removed from its index. */
export interface RemovalInput {
  /** The uploads to remove that are in the index. */
  readonly uploads: readonly JudgedUpload[]
  /** What stands at their paths. */
  readonly objects: ReadonlyMap<string, StoredObject>
  readonly totals: Totals
  readonly order: Order
  /** The session that they belong to; null for none, and where it is gone. */
  readonly view: SessionView | null
  /** The session that the next uploads with its number are judged with; null for none. */
  readonly current: Session | null
  /** How many uploads of the session have each finding, without those withdrawn. */
  readonly codes: Readonly<Partial<Record<CodeWithSeverity, number>>>
}

/** What the index holds after a removal, and what goes from it. */
export interface RemovalResult extends Pick<RemovalInput, 'totals' | 'order' | 'view' | 'current'> {
  /** Id of the session; null for uploads that belong to none. */
  readonly session: string | null
  readonly uploads: readonly RemovedUpload[]
  /** By how many objects fewer stand below each folder. */
  readonly folderDeltas: ReadonlyMap<string, number>
  /** The whole session is gone; null where some of it is left, and without a session. */
  readonly gone: SessionView | null
  /** The findings that uploads of the session have. */
  readonly codes: readonly CodeWithSeverity[]
}

interface RemovedUpload extends JudgedUpload {
  /** Whether the upload was what stood at its path. */
  readonly isObject: boolean
}

/** What is known of a stream without some of its uploads; those that are not in the index change nothing. */
export function foldRemoval(known: RemovalInput, { session }: UploadsRemoval): RemovalResult {
  const uploads = known.uploads
    .filter((judged) => judged.session === session)
    .map((judged) => ({
      ...judged,
      isObject: known.objects.get(judged.upload.path)?.upload === judged.upload.id,
    }))
  const view = known.view && { ...known.view, counts: withoutUploads(known.view.counts, uploads) }
  const isGone = view !== null && view.counts.uploads <= 0
  const isCurrent = known.current !== null && known.current.id === session
  const current =
    known.current && isCurrent
      ? withoutInits({ ...known.current, counts: withoutUploads(known.current.counts, uploads) }, uploads)
      : known.current
  const closesOrder = isGone && isCurrent && known.order.open === known.current?.key
  return {
    session,
    uploads,
    folderDeltas: folderDeltasOf(uploads),
    totals: totalsWithout(known, uploads, isGone, session),
    order: closesOrder ? { ...known.order, open: null } : known.order,
    view: isGone ? null : view,
    current: isGone && isCurrent ? null : current,
    gone: isGone ? known.view : null,
    codes: Object.keys(known.codes) as CodeWithSeverity[],
  }
}

/**
 * A session that goes on although some of its uploads are removed, because an upload came meanwhile: segments are not
 * decoded with an init segment that is gone, but wait for one.
 */
function withoutInits(session: Session, removed: readonly JudgedUpload[]): Session {
  const ids = new Set(removed.map(({ upload }) => upload.id))
  const withInit = ({ initUpload, ...track }: Track): Track =>
    initUpload === undefined || ids.has(initUpload) ? track : { ...track, initUpload }
  const tracks = Object.entries(session.tracks).map(([name, track]) => [name, withInit(track)] as const)
  return { ...session, tracks: Object.fromEntries(tracks) }
}

function withoutUploads<Counts extends SessionCounts>(
  counts: Counts,
  uploads: readonly JudgedUpload[],
): Counts {
  let { uploads: number, bytes, errors, warnings } = counts
  for (const { upload, findings } of uploads) {
    const worst = worstOf(findings)
    number--
    if (!upload.parts) bytes -= upload.bytes
    if (worst === 'error') errors--
    if (worst === 'warning') warnings--
  }
  return { ...counts, uploads: number, bytes, errors, warnings }
}

/** Findings of a session are subtracted when it is gone, because only its counts know which were withdrawn. */
function totalsWithout(
  { totals, codes }: RemovalInput,
  uploads: readonly JudgedUpload[],
  isGone: boolean,
  session: string | null,
): Totals {
  const left = { ...totals.codes }
  const subtract = (name: CodeWithSeverity, by: number) => {
    left[name] = Math.max(0, (left[name] ?? 0) - by)
  }
  if (isGone) for (const [name, count] of Object.entries(codes)) subtract(name as CodeWithSeverity, count)
  if (session === null)
    for (const { findings } of uploads) for (const name of codesWithSeverityOf(findings)) subtract(name, 1)
  const ids = new Set(uploads.map(({ upload }) => upload.id))
  const isPreview = totals.preview !== null && ids.has(totals.preview)
  const waiting = (totals.waitingProbes ?? []).filter(({ upload }) => !ids.has(upload))
  return {
    ...withoutUploads(withWaiting(totals, waiting), uploads),
    codes: left,
    lastSession: isGone && totals.lastSession === session ? null : totals.lastSession,
    preview: isPreview ? null : totals.preview,
  }
}

function folderDeltasOf(uploads: readonly RemovedUpload[]): ReadonlyMap<string, number> {
  const deltas = new Map<string, number>()
  for (const { upload, isObject } of uploads)
    if (isObject)
      for (const folder of ancestorsOf(upload.path)) deltas.set(folder, (deltas.get(folder) ?? 0) - 1)
  return deltas
}
