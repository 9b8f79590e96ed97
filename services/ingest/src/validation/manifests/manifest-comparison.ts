import { add, type Context, type Evaluation } from '../evaluation.ts'
import type { Finding, WithdrawnFinding } from '../finding.ts'
import { at, type Session } from '../state.ts'
import type { ManifestComparison, StatedAbsence } from './comparison-state.ts'
import { checkSegmentsAgainstUploads } from './segments-against-uploads.ts'

/** More tracks than this are neither deferred nor withdrawn. */
const maxDeferred = 16

/** Comparisons of playlists; a session has one final playlist for each track. */
const maxComparisons = 4

/** Paths of uploads that were on their way when this one had come. */
export const pathsBeside = ({ upload }: Context): readonly string[] => upload.beside ?? []

/** The session with what a manifest left open; an MPD speaks for all tracks, a playlist for one. */
export function withComparison(
  { upload }: Context,
  session: Session,
  { manifest, open, deferred, stated }: Omit<ManifestComparison, 'upload'>,
): Session {
  const known = manifest === 'MPD' ? [] : (session.comparisons ?? [])
  const comparison: ManifestComparison = {
    upload: upload.id,
    manifest,
    open: deferred.length > 0 ? open : [],
    deferred: deferred.slice(0, maxDeferred),
    stated: stated.filter(({ tracks }) => tracks.length > 0 && tracks.length <= maxDeferred),
  }
  const comparisons = (isOver(comparison) ? known : [...known, comparison]).slice(-maxComparisons)
  return { ...session, comparisons: comparisons.length > 0 ? comparisons : undefined }
}

const isOver = ({ open, stated }: ManifestComparison): boolean => open.length === 0 && stated.length === 0

/** Whether a manifest came while the upload at this path was on its way. */
export const wasOvertaken = ({ upload }: Context, { comparisons = [] }: Session): boolean =>
  comparisons.some(({ open }) => open.includes(upload.path))

/**
 * Goes on with the comparison of earlier manifests: an upload that one of them overtook has come, or a track or
 * segment that was said to be absent.
 */
export function settleComparisons(
  { upload }: Context,
  evaluation: Evaluation,
): { readonly evaluation: Evaluation; readonly withdrawn: readonly WithdrawnFinding[] } {
  const { session } = evaluation
  if (!session?.comparisons) return { evaluation, withdrawn: [] }
  const settled = session.comparisons.map((known) =>
    known.upload === upload.id
      ? { next: known, findings: [], withdrawn: [] }
      : settle(known, upload.path, session),
  )
  if (settled.every(({ next }, at) => next === session.comparisons?.[at]))
    return { evaluation, withdrawn: [] }
  const left = settled.map(({ next }) => next).filter((next) => !isOver(next))
  const next = { ...session, comparisons: left.length > 0 ? left : undefined }
  const findings = settled.flatMap((one) => one.findings)
  return {
    evaluation: add(evaluation, { session: next, findings }),
    withdrawn: settled.flatMap((one) => one.withdrawn),
  }
}

/** The comparison after one more upload; the same object where the upload changes nothing. */
function settle(known: ManifestComparison, path: string, session: Session) {
  const open = known.open.filter((one) => one !== path)
  const isSettled = known.open.length > 0 && open.length === 0
  const arrived = known.stated.filter(({ code, tracks }) =>
    tracks.every((track) =>
      code === 'manifest-omits-track' ? isNamedNow(session, track) : hasCome(session, track),
    ),
  )
  const stated = known.stated.filter((one) => !arrived.includes(one))
  const isSame = open.length === known.open.length && arrived.length === 0
  return {
    next: isSame ? known : { ...known, open, stated, deferred: isSettled ? [] : known.deferred },
    findings: isSettled ? compareDeferred(known, session) : [],
    withdrawn: arrived.map(({ code, severity }) => ({ upload: known.upload, code, severity })),
  }
}

const hasCome = ({ tracks }: Session, { name, count }: StatedAbsence['tracks'][number]): boolean =>
  (at(tracks, name)?.segmentCount ?? -1) >= count

/** Whether another manifest names what this one omitted. */
const isNamedNow = ({ announcements }: Session, { name }: StatedAbsence['tracks'][number]): boolean =>
  at(announcements, name) !== undefined

function compareDeferred({ manifest, deferred }: ManifestComparison, session: Session): readonly Finding[] {
  return deferred.flatMap(({ track: name, mayOmit, ...listing }) => {
    const track = at(session.tracks, name)
    return track ? checkSegmentsAgainstUploads(manifest, listing, track, { mayOmit }) : []
  })
}
