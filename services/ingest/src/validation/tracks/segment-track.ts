import { directoryOf } from '../../uploads/object-path.ts'
import { announcedInitsAt, announcedMediaAt } from '../manifests/announced-name.ts'
import { pathInSession } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import type { IdentifiedObject, TrackIdentity } from './identified-object.ts'
import { bestOf } from './segment-evidence.ts'
import { hasWordsOf, isNamedLike } from './track-likeness.ts'
import { segmentOfPart, steadyDigest, textDigest } from './track-names.ts'
import { folderIn, ownerOf, tracksIn } from './track-paths.ts'

/** The track of a segment, and the track whose header it shares where that is known of a track without its own. */
export function segmentTrack(session: Session, object: IdentifiedObject): TrackIdentity {
  const { path, name } = object
  const known = announcedTrack(session, path) ?? ownerOf(session, path)?.name
  if (known !== undefined) return alone(known)
  const own = name.track ?? 'media'
  const near = tracksIn(session, path)
  if (near.length > 0) return amongNear(session, object, near, own)
  const [init] = announcedInitsAt(session, path)
  return init === undefined ? withHeaderAbove(session, object, own) : alone(init)
}

/** The track that a manifest lists the path for, or the path of the segment that this one is a part of. */
function announcedTrack(session: Session, path: string): string | undefined {
  const whole = segmentOfPart(path)
  return announcedMediaAt(session, path) ?? (whole === null ? undefined : announcedMediaAt(session, whole))
}

const alone = (name: string): TrackIdentity => ({ name, header: null })

/** The track of a segment among those in its folder. */
function amongNear(
  session: Session,
  object: IdentifiedObject,
  near: readonly Track[],
  own: string,
): TrackIdentity {
  const { path, shape } = object
  const alike = near.filter(({ place }) => place?.shape === shape)
  const [only] = alike
  // `v_1.3` may be the third segment of v_1, or the third part of the first segment of v.
  const isNamed =
    segmentOfPart(path) !== null && near.some((track) => track !== only && isNamedLike(track, path))
  if (only && alike.length === 1 && !isNamed) {
    const unused = only.hasInit ? [] : near.filter((track) => track.hasInit && track.segmentCount === 0)
    return { name: only.name, header: bestOf(unused, object, own)?.name ?? null }
  }
  const candidates = (alike.length > 0 && !isNamed ? alike : near).filter(({ hasInit }) => hasInit)
  const chosen = bestOf(candidates, object, own)
  if (!chosen || isOther(chosen, object)) return headlessSegment(session, object, near, own, chosen)
  return alone(chosen.name)
}

/** A segment that fits none of the init segments in its folder. */
function headlessSegment(
  session: Session,
  object: IdentifiedObject,
  near: readonly Track[],
  own: string,
  unlike: Track | undefined,
): TrackIdentity {
  const { path, media } = object
  const known = at(session.tracks, own)
  if (known && known !== unlike) return alone(own)
  const steady = steadyDigest(path)
  const before = near.find(
    ({ hasInit, headless, place }) =>
      !hasInit &&
      place?.steady === steady &&
      headless !== undefined &&
      headless.trackId === media?.trackId &&
      headless.end === media.decodeTime,
  )
  if (before) return alone(before.name)
  if (!unlike) return withHeaderAbove(session, object, own)
  const isShared = hasWordsOf(unlike, path) && unlike.init?.trackId === media?.trackId
  const header = isShared ? unlike : headerAbove(session, object)
  return { name: known ? pathInSession(path) : own, header: header?.name ?? null }
}

/**
 * Whether a segment belongs to another track than the one that fits best: names of another kind, and a time that runs
 * back or a track id of its own.
 */
function isOther(track: Track, { path, media, shape }: IdentifiedObject): boolean {
  if (!media || !track.init) return false
  const isForeign = !hasWordsOf(track, path)
  if (media.trackId !== track.init.trackId) return isForeign || track.segmentCount > 0
  if (track.place?.shape === undefined || track.place.shape === shape) return false
  const { clock } = track
  return clock !== null && media.decodeTime !== null && media.decodeTime < clock.end - clock.sample
}

/** A track of which nothing is known, with a header that fits it. */
const withHeaderAbove = (session: Session, object: IdentifiedObject, name: string): TrackIdentity => ({
  name,
  header: headerAbove(session, object)?.name ?? null,
})

/** The one header in the nearest folder above that has any, if its track id is the segment's. */
function headerAbove(session: Session, { path, media }: IdentifiedObject): Track | undefined {
  const headers = Object.values(session.tracks).filter(
    ({ hasInit, header }) => hasInit && header === undefined,
  )
  for (let folder = folderIn(path); folder !== ''; ) {
    folder = directoryOf(folder)
    const digest = textDigest(folder)
    const above = headers.filter(({ place }) => place?.folder === digest)
    const fitting = above.filter(({ init }) => !media || !init || init.trackId === media.trackId)
    const named = fitting.filter((track) => hasWordsOf(track, path))
    if (above.length > 0) return named.length === 1 ? named[0] : fitting.length === 1 ? fitting[0] : undefined
  }
  return headerApart(headers, path, media)
}

/** The one header in a folder for headers, which stands beside the segment's folder, or the one of those that it is like. */
function headerApart(
  headers: readonly Track[],
  path: string,
  media: IdentifiedObject['media'],
): Track | undefined {
  const around = directoryOf(folderIn(path))
  const fitting = headers.filter(
    ({ name, init }) => isApart(name, around) && (!media || !init || init.trackId === media.trackId),
  )
  const named = fitting.filter((track) => isNamedLike(track, path) || hasWordsOf(track, folderIn(path)))
  if (named.length === 1) return named[0]
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Whether a track is called like a file in such a folder, `init/video`, or like the folder itself. */
function isApart(name: string, around: string): boolean {
  const below = around === '' ? name : name.startsWith(`${around}/`) ? name.slice(around.length + 1) : ''
  return /^(?:inits?|initialization|headers?|hdr)(?:\/[^/]*)?$/i.test(below)
}
