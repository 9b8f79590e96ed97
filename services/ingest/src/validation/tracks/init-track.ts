import type { InitFacts } from '../../media/inspection.ts'
import { announcedInitsAt, announcedMediaAt } from '../manifests/announced-name.ts'
import { pathInSession } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import { clipBefore, clipTrack } from './clip-track.ts'
import { type IdentifiedObject, isClipFile } from './identified-object.ts'
import { hasWords, sharedStart, wordsOfTrack } from './track-likeness.ts'
import { freeTrackName, trackWordsOf } from './track-names.ts'
import { ownerOf, tracksIn } from './track-paths.ts'

/** The track of an init segment, or of a file that has its media behind its header. */
export function initTrack(session: Session, object: IdentifiedObject, init: InitFacts): string {
  const { path, media, name } = object
  const [announced, ...others] = announcedInitsAt(session, path)
  if (announced !== undefined && others.length === 0) return announced
  const known = ownerOf(session, path)?.name ?? (media ? announcedMediaAt(session, path) : undefined)
  if (known !== undefined) return known
  if (isClipFile(object)) return clipTrack(session, object, init)
  return (
    (name.isTrackUrl ? clipBefore(session, object, init) : undefined) ??
    (announced === undefined ? waitingTrack(session, path, init) : undefined) ??
    newInitTrack(session, object, init)
  )
}

/** The name of an init segment's track where nothing else is known of it. */
export const nameOfInit = (object: IdentifiedObject): string =>
  freeTrackName(pathInSession(object.path), isClipFile(object))

/** The track of the name of an init segment, unless another one has that name; then it is called like its path. */
function newInitTrack(session: Session, object: IdentifiedObject, init: InitFacts): string {
  const { path } = object
  const wanted = freeTrackName(pathInSession(path), false)
  const taken = at(session.tracks, wanted)
  const { initialization = null, media = null } = at(session.announcements, wanted) ?? {}
  const isAnnouncedElsewhere = initialization !== null || media !== null
  if (!taken) return isAnnouncedElsewhere ? pathInSession(path) : wanted
  const isOther =
    taken.place?.init !== undefined &&
    (taken.header !== undefined ||
      taken.init?.handler !== init.handler ||
      taken.init.trackId !== init.trackId)
  return isOther ? pathInSession(path) : wanted
}

/** A track whose segments wait for this init segment; none where several may. */
function waitingTrack(session: Session, path: string, init: InitFacts): string | undefined {
  const waiting = tracksIn(session, path).filter(
    ({ hasInit, headless }) => !hasInit && (init.trackCount !== 1 || headless?.trackId === init.trackId),
  )
  const words = trackWordsOf(path, false)
  const matching = waiting.filter((track) => hasWords(wordsOfTrack(track, path), words))
  if (matching.length === 1) return matching[0]?.name
  if (waiting.length === 1 && tracksIn(session, path).length === 1) return waiting[0]?.name
  const likeness = (track: Track) => sharedStart(wordsOfTrack(track, path).join('_'), words.join('_'))
  const best = Math.max(1, ...waiting.map(likeness))
  const [closest, ...others] = waiting.filter((track) => likeness(track) === best)
  return others.length === 0 ? closest?.name : undefined
}
