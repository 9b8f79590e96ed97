import type { MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import { createPathMatcher } from '../../media/path-matcher.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { Context, Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { mayAddTrack, shortFingerprint } from '../limits.ts'
import { missingNames } from '../matter/matter-session.ts'
import { pathInSession } from '../object-name.ts'
import { type FindingCode, rules } from '../rules.ts'
import { at, type Session, type Track } from '../state.ts'
import { clipShapeOf, examplePath } from '../tracks/representation-track.ts'
import { nameNotAnnounced } from './announced-name.ts'
import { manifestOf, trackNamesOf } from './announcements.ts'
import type { ManifestComparison, ManifestSegments } from './comparison-state.ts'
import { pathsBeside, withComparison } from './manifest-comparison.ts'
import { manifestSegmentsOf } from './representation-segments.ts'
import { checkSegmentsAgainstUploads, missingSegments } from './segments-against-uploads.ts'

/** A representation with the track that it names; null for none. */
interface ListedTrack {
  readonly facts: RepresentationFacts
  readonly name: string | null
  /** Whether uploads to its paths are on their way. */
  readonly isOpen: boolean
}

/** A listed track that has come, compared with its uploads. */
interface CheckedTrack {
  readonly facts: RepresentationFacts
  readonly track: Track
  readonly findings: readonly Finding[]
}

/**
 * Compares the MPD of an ended session with the uploads: tracks, then segments, then times. Tracks of uploads that
 * are on their way are compared when these have come.
 */
export function checkMpdAgainstUploads(context: Context, session: Session): Update {
  const mpd = context.inspection?.mpd
  if (!mpd) return {}
  const open = pathsBeside(context)
  const listed = listedTracks(context, session, mpd, open)
  const named = namedTracks(session, listed)
  const isComparable = mpd.periodCount <= 1
  const unknown = unknownAmong(context, session, named)
  const checked = isComparable ? named.flatMap((one) => checkedTrack(context, session, one)) : []
  const omitted = omittedNames(context, session, mpd, listed)
  const findings = [
    ...(unknown.length > 0 ? [unknownTracks(unknown.map(({ facts }) => facts))] : []),
    ...(omitted.length > 0 ? [omits(omitted)] : []),
    ...checked.flatMap((one) => one.findings),
  ]
  const deferred = isComparable ? listed.flatMap((one) => deferredTrack(context, one)) : []
  const stated = statedAbsences(unknown, omitted, checked)
  return { findings, session: withComparison(context, session, { manifest: 'MPD', open, deferred, stated }) }
}

function listedTracks(
  context: Context,
  session: Session,
  mpd: MpdFacts,
  open: readonly string[],
): readonly ListedTrack[] {
  const names = trackNamesOf(context, session, mpd)
  return mpd.representations
    .filter((facts) => examplePath(facts) !== null && isFollowed(facts))
    .map((facts) => ({ facts, name: names.get(facts) ?? null, isOpen: namesOneOf(facts, open) }))
}

/** The listed tracks that are not on their way, without clips, whose tracks have names of their own. */
function namedTracks(session: Session, listed: readonly ListedTrack[]): readonly ListedTrack[] {
  const clips = clipsIn(session)
  return listed.filter(({ facts, isOpen }) => !isOpen && !clips.has(clipShapeOf(facts) ?? Number.NaN))
}

/** The tracks that did not come. Beyond the limit of tracks, what came is not recorded; expected ones have a finding. */
function unknownAmong(
  { stream }: Context,
  session: Session,
  named: readonly ListedTrack[],
): readonly ListedTrack[] {
  const missing = missingNames(stream.expectedTrackNames, session)
  return named.filter(
    ({ name }) =>
      name === null || !(at(session.tracks, name) || missing.includes(name) || !mayAddTrack(session, name)),
  )
}

function checkedTrack(
  context: Context,
  session: Session,
  { facts, name }: ListedTrack,
): readonly CheckedTrack[] {
  const track = name === null ? undefined : at(session.tracks, name)
  return track ? [{ facts, track, findings: checkTrack(context, facts, track) }] : []
}

/** Tracks that the MPD has to name and does not, but for those of clips that it names. */
function omittedNames(
  context: Context,
  session: Session,
  mpd: MpdFacts,
  listed: readonly ListedTrack[],
): readonly string[] {
  const shapes = new Set(mpd.representations.map(clipShapeOf))
  const named = new Set(listed.flatMap(({ name }) => name ?? []))
  return omittedTracks(context, mpd, session, named).filter(
    (name) => !shapes.has(at(session.tracks, name)?.place?.clip ?? Number.NaN),
  )
}

function deferredTrack(
  context: Context,
  { facts, name, isOpen }: ListedTrack,
): readonly ManifestComparison['deferred'][number][] {
  const compared = isOpen && name !== null ? comparedSegments(context, facts) : null
  return name !== null && compared ? [{ track: name, ...compared }] : []
}

function statedAbsences(
  unknown: readonly ListedTrack[],
  omitted: readonly string[],
  checked: readonly CheckedTrack[],
): ManifestComparison['stated'] {
  const short = checked.filter(({ findings }) => findings.some(({ code }) => code === missingSegments))
  return [
    statedOf(
      'manifest-names-unknown-track',
      unknown.map(({ name }) => name && { name, count: 0 }),
    ),
    statedOf(
      'manifest-omits-track',
      omitted.map((name) => ({ name, count: 0 })),
    ),
    statedOf(
      missingSegments,
      short.map(({ facts, track }) => ({ name: track.name, count: missingCount(facts, track) })),
    ),
  ].flatMap((one) => one ?? [])
}

/** Whether objects of a representation become a track here: pictures, text files and other containers do not. */
const isFollowed = ({ mimeType }: RepresentationFacts): boolean =>
  mimeType === null || /^\s*[\w-]{1,40}\/(mp4|iso\.segment)\b/i.test(mimeType)

/** The shapes of the names of clips that were cut into segments. */
const clipsIn = ({ tracks }: Session): ReadonlySet<number> =>
  new Set(Object.values(tracks).flatMap(({ place }) => place?.clip ?? []))

/** The number of segments with which none is missing; infinite where their number is not what is wrong. */
function missingCount(facts: RepresentationFacts, { segmentCount }: Track): number {
  const { count = 0, slack = 0 } = manifestSegmentsOf(facts) ?? {}
  return count - slack > segmentCount ? count - slack : Infinity
}

/**
 * A finding of absence with what withdraws it; null where it is final, because a track is of another session or its
 * count of segments is not what is wrong.
 */
function statedOf(
  code: FindingCode,
  tracks: readonly ({ readonly name: string; readonly count: number } | null | '')[],
): ManifestComparison['stated'][number] | null {
  const known = tracks.flatMap((track) => (track && Number.isFinite(track.count) ? [track] : []))
  return known.length === tracks.length ? { code, severity: rules[code].severity, tracks: known } : null
}

/** Whether a representation names one of some paths. */
function namesOneOf(facts: RepresentationFacts, paths: readonly string[]): boolean {
  if (paths.length === 0) return false
  const match = createPathMatcher(facts)
  return paths.some((path) => match(path) !== null)
}

/** Names in a message. */
const maxNames = 5

/** The first names for a message, and the number of others. */
export const nameList = (names: readonly string[]): string =>
  excerpt(names.slice(0, maxNames).join(', ')) +
  (names.length > maxNames ? ` and ${names.length - maxNames} more` : '')

const unknownTracks = (unknown: readonly RepresentationFacts[]): Finding =>
  finding(
    'manifest-names-unknown-track',
    `expected tracks that were uploaded, the MPD names ${nameList(unknown.map(({ id, initialization }) => initialization ?? `representation ${id}`))}`,
  )

function omittedTracks(
  context: Context,
  mpd: MpdFacts,
  session: Session,
  named: ReadonlySet<string>,
): readonly string[] {
  if (mpd.truncated) return []
  return Object.values(session.tracks)
    .filter(
      (track) => track.segmentCount > 0 && !named.has(track.name) && isOmittable(context, session, track),
    )
    .map(({ name }) => name)
}

const omits = (names: readonly string[]): Finding =>
  finding('manifest-omits-track', `expected every uploaded track in the MPD, ${nameList(names)} is not`)

/** Whether an MPD has to name a track: it speaks of it, and no other MPD of the session names it. */
export function isOmittable(context: Context, session: Session, track: Track): boolean {
  const announcement = at(session.announcements, track.name)
  const isElsewhere = announcement && announcement.manifest !== manifestOf(context, session)
  return isOfManifest(context, session, track) && !isElsewhere
}

/**
 * Whether an MPD speaks of a track: on a cmaf-ingest stream, several devices and folders may each have a presentation
 * of their own without a session number that tells them apart.
 */
function isOfManifest({ stream, upload }: Context, session: Session, track: Track): boolean {
  if (stream.interface !== 'cmaf-ingest') return true
  const { name, shortDevice = session.shortDevice } = track
  const folder = directoryOf(pathInSession(upload.path))
  const isBelow = folder === '' || name === folder || name.startsWith(`${folder}/`)
  const { device } = upload.sender
  const isOther =
    device !== null && shortDevice !== undefined && shortDevice !== shortFingerprint(device.fingerprint)
  return isBelow && !isOther
}

function checkTrack(context: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  const isMatter = context.stream.interface !== 'cmaf-ingest'
  const nameFindings = isMatter ? checkNewestName(context, facts, track) : []
  if (nameFindings.length > 0) return nameFindings
  const compared = comparedSegments(context, facts)
  return compared ? checkSegmentsAgainstUploads('MPD', compared, track, compared) : []
}

/** On cmaf-ingest names may have any numbers, and an MPD may list a moving window. */
function comparedSegments(
  { stream }: Context,
  facts: RepresentationFacts,
): (ManifestSegments & { readonly mayOmit: boolean }) | null {
  const listing = manifestSegmentsOf(facts)
  if (stream.interface !== 'cmaf-ingest') return listing && { ...listing, mayOmit: false }
  return listing && { ...listing, firstNumber: null, mayOmit: true }
}

/**
 * Checks the name of the newest segment, whose path follows from Matter's layout and its number. Of names with leading
 * zeros `number-padded` has been said.
 */
function checkNewestName({ name }: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  if (track.lastNumber === null || track.hasPaddedNames || track.reported.includes('name-not-announced'))
    return []
  const path = `session_${name.session}/${track.name}/segment_${track.lastNumber}.m4s`
  const expected = facts.media ?? facts.segments?.[0] ?? null
  return expected === null || createPathMatcher(facts)(path) ? [] : [nameNotAnnounced(expected, path)]
}
