import { directoryOf } from '../../uploads/object-path.ts'
import { pathInSession } from '../object-name.ts'
import type { Session, Track, TrackPlace } from '../state.ts'
import { type IdentifiedObject, isClipFile } from './identified-object.ts'
import { steadyDigest, textDigest } from './track-names.ts'

/** The place of a track's objects with one more; unchanged by an object whose path has a form of a standard. */
export function placeAfter(
  { place, hasInit }: Track,
  object: IdentifiedObject | null,
): TrackPlace | undefined {
  if (!object?.name.isFree) return place
  const { path, name, init, media, shape } = object
  const isClip = isClipFile(object)
  const isKnown = place !== undefined && hasInit && init === null
  const isSplit = name.isTrackUrl
  const isAnother = init !== null && (isClip || isSplit) && place?.init !== undefined
  if (isKnown && (media === null || name.isTrackUrl || place.shape === shape)) return place
  const needsSteady = isClip || isSplit || (!hasInit && init === null)
  return {
    init: init ? textDigest(path) : place?.init,
    folder: init ? textDigest(folderIn(path)) : place?.folder,
    shape: media && !name.isTrackUrl && shape !== null ? shape : place?.shape,
    clip: isSplit && shape !== null ? shape : place?.clip,
    steady: needsSteady ? steadyDigest(path) : place?.steady,
    hasClips: place?.hasClips ?? (isAnother && place.init !== textDigest(path) ? true : undefined),
  }
}

/** The track that has its own init segment at a path. */
export function ownerOf({ tracks }: Session, path: string): Track | undefined {
  const digest = textDigest(path)
  return Object.values(tracks).find(({ place, header }) => place?.init === digest && header === undefined)
}

/** The tracks that may have objects in the folder of a path. */
export function tracksIn({ tracks }: Session, path: string): readonly Track[] {
  const folder = folderIn(path)
  return Object.values(tracks).filter((track) => isIn(track, folder))
}

/** Whether a track with free names is called like a folder, or like a file in it. */
export const isIn = ({ name, place }: Track, folder: string): boolean =>
  place !== undefined && (name === folder || isInFolder(name, folder))

function isInFolder(path: string, folder: string): boolean {
  const end = path.lastIndexOf('/')
  return end < 0 ? folder === '' : end === folder.length && path.startsWith(folder)
}

/** The folder of a path, below its session. */
export const folderIn = (path: string): string => directoryOf(pathInSession(path))
