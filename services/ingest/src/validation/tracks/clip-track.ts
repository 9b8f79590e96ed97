import type { InitFacts } from '../../media/inspection.ts'
import { differencesOf, fitsSameSegments, knownInitOf } from '../media/init-media.ts'
import { pathInSession } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import type { IdentifiedObject } from './identified-object.ts'
import { freeTrackName, steadyDigest } from './track-names.ts'
import { folderIn, isIn } from './track-paths.ts'

/** The track of a clip, which brings its own init segment: one of clips like it, else one of its name. */
export function clipTrack(session: Session, object: IdentifiedObject, init: InitFacts): string {
  const { path } = object
  const wanted = freeTrackName(pathInSession(path), true)
  const known = at(session.tracks, wanted)
  if (known && fitsClip(known, init)) return wanted
  const [alike] = clipsOf(session, object, init)
  if (alike) return alike.name
  if (!known) return wanted
  const whole = freeTrackName(pathInSession(path), false)
  return at(session.tracks, whole) ? pathInSession(path) : whole
}

/**
 * The track of the clips before a long request. Its last request has ended: tracks whose requests run side by side are
 * several; after one that was cut off a camera may have started again.
 */
export const clipBefore = (session: Session, object: IdentifiedObject, init: InitFacts): string | undefined =>
  clipsOf(session, object, init).find(
    ({ openRequest, request, place }) =>
      openRequest === undefined && (request?.end !== 'cut-off' || place?.hasClips === true),
  )?.name

/**
 * The tracks that a clip may belong to: their names differ in counters, times and ids alone, their headers fit, and they
 * come from the same device. Where a folder has many such tracks already, its names tell nothing.
 */
function clipsOf(session: Session, { path, device }: IdentifiedObject, init: InitFacts): readonly Track[] {
  const steady = steadyDigest(path)
  const folder = folderIn(path)
  const fitting = Object.values(session.tracks).filter(
    (track) =>
      track.hasInit &&
      track.place?.steady !== undefined &&
      fitsClip(track, init) &&
      (device === undefined || (track.shortDevice ?? session.shortDevice ?? device) === device),
  )
  const alike = fitting.filter(({ place }) => place?.steady === steady)
  if (alike.length > 0) return alike
  const beside = fitting.filter((track) => isIn(track, folder) && hasSameHeader(track, init))
  return beside.length >= minNamesOfIds ? beside : []
}

const hasSameHeader = (track: Track, init: InitFacts): boolean =>
  init.trackCount !== 1 || track.init === null || differencesOf(track.init, knownInitOf(init)).length === 0

const fitsClip = (track: Track, init: InitFacts): boolean =>
  init.trackCount !== 1 || track.init === null || fitsSameSegments(track.init, knownInitOf(init))

/** A camera may name its clips after what they show, such as `person`. From this many names on, they are ids. */
const minNamesOfIds = 8
